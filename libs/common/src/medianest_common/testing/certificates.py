"""Certificates for pretend servers that speak TLS."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def self_signed(folder: Path, host: str) -> tuple[ssl.SSLContext, Path]:
    """What a server needs whose certificate vouches for itself, and the file to trust."""
    return _vouching_for_itself(folder / f"{host}.pem", host, days=30)


def expired(folder: Path, host: str) -> tuple[ssl.SSLContext, Path]:
    """The same, but that it was good for until two days ago."""
    return _vouching_for_itself(folder / "expired.pem", host, days=-2)


def _vouching_for_itself(certificate: Path, host: str, *, days: int) -> tuple[ssl.SSLContext, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pretend")])
    made = (
        _begun(name, name, key, days=days)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return _context(certificate, key), certificate


def issued_for(folder: Path, hosts: Sequence[str]) -> tuple[ssl.SSLContext, Path]:
    """What a server needs that is all these hosts, which may begin with `*.`, and the authority to trust."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pretend authority")])
    vouched = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    issuer = (
        _begun(authority, authority, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_may(key_cert_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pretend")])
    made = (
        _begun(name, authority, key)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_may(digital_signature=True), critical=True)
        .add_extension(vouched, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    certificate, trusted = folder / "issued.pem", folder / "authority.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    trusted.write_bytes(issuer.public_bytes(serialization.Encoding.PEM))
    return _context(certificate, key), trusted


def cross_signed_by_expired(folder: Path, host: str) -> tuple[ssl.SSLContext, Path]:
    """What a server needs whose chain also holds its authority as an older one vouched for it, which has expired; and
    the authority itself, which is to be trusted and holds."""
    old_key, authority_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    old, authority, leaf = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        for name in ("pretend old authority", "pretend authority", "pretend")
    )

    known_by = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    of_authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())

    def vouched(issuer: x509.Name, by: ec.EllipticCurvePrivateKey, *, days: int) -> x509.Certificate:
        return (
            _begun(authority, issuer, authority_key, days=days)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_may(key_cert_sign=True), critical=True)
            .add_extension(known_by, critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False
            )
            .sign(by, hashes.SHA256())
        )

    own, crossed = vouched(authority, authority_key, days=30), vouched(old, old_key, days=-2)
    made = (
        _begun(leaf, authority, key)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_may(digital_signature=True), critical=True)
        .add_extension(of_authority, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    certificate, trusted = folder / "crossed.pem", folder / "crossed-authority.pem"
    certificate.write_bytes(
        b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (made, crossed))
    )
    trusted.write_bytes(own.public_bytes(serialization.Encoding.PEM))
    return _context(certificate, key), trusted


def _begun(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int = 30
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1 if days > 0 else 40))
        .not_valid_after(now + timedelta(days=days))
    )


def _may(*, key_cert_sign: bool = False, digital_signature: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _context(certificate: Path, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    secret = certificate.with_suffix(".key")
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, secret)
    return context
