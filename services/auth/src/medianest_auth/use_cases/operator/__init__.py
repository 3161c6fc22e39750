"""What whoever runs the installation can do at its command line, without an account."""
