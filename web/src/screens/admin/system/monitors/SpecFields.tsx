import { useTranslation } from "react-i18next";

import { keptOf, partsOf, wrongWith, type Draft, type Kind, type Part } from "@/screens/admin/system/monitors/spec";
import { Further } from "@/screens/admin/system/Further";
import { Check } from "@/ui/Check";
import { Field } from "@/ui/Field";
import { LongField } from "@/ui/LongField";
import { Select } from "@/ui/Select";

interface SpecFieldsProps {
  kind: Kind;
  draft: Draft;
  change: (draft: Draft) => void;
  /** Names of those that the portal keeps already. */
  secrets: readonly string[];
  wrong: Readonly<Record<string, string>>;
}

/** What a monitor looks at, with the fields of its kind. */
export function SpecFields({ kind, draft, change, secrets, wrong }: SpecFieldsProps) {
  const parts = partsOf(kind);
  const field = (part: Part) => (
    <One
      key={part.name}
      kind={kind}
      part={part}
      value={draft[part.name] ?? null}
      change={(value) => change({ ...draft, [part.name]: value })}
      kept={keptOf(part, secrets)}
      wrong={wrongWith(part.name, kind, wrong)}
    />
  );
  const further = parts.filter((part) => part.further);
  const isAsked = further.some((part) => wrongWith(part.name, kind, wrong) || keptOf(part, secrets).length > 0 || isOwn(part, draft[part.name]));
  return (
    <>
      {parts.filter((part) => !part.further).map(field)}
      {further.length > 0 && <Further open={isAsked}>{further.map(field)}</Further>}
    </>
  );
}

function isOwn(part: Part, value: string | boolean | null | undefined): boolean {
  return (value ?? "") !== (part.usual ?? "");
}

interface OneProps {
  kind: Kind;
  part: Part;
  value: string | boolean | null;
  change: (value: string | boolean | null) => void;
  kept: string[];
  wrong: string | undefined;
}

function One({ kind, part, value, change, kept, wrong }: OneProps) {
  const { t, i18n } = useTranslation();
  const label = t(`system.spec.${kind === "docker" && part.name === "host" ? "dockerHost" : part.name}` as "system.spec.url");
  if (part.as === "yes")
    return (
      <Check checked={value === true} onChange={(event) => change(event.target.checked)}>
        {label}
      </Check>
    );
  if (part.as === "choice")
    return (
      <Select label={label} value={String(value)} choose={change} options={(part.options ?? []).map((each) => ({ value: each, label: each }))} />
    );
  const hint = kept.length > 0 ? keptHint() : plainHint();
  const shared = { label, hint, wrong, value: typeof value === "string" ? value : "", maxLength: part.as === "number" ? undefined : part.most };
  const typed = {
    ...shared,
    required: part.need,
    disabled: value === null,
    onChange: (event: { target: { value: string } }) => change(event.target.value),
    autoComplete: "off",
    spellCheck: false,
  };
  function keptHint() {
    if (value === null) return t("system.spec.takenAway");
    return part.as === "headers" ? t("system.spec.keptHeaders", { names: kept.join(", ") }) : t("system.spec.kept");
  }
  function plainHint() {
    const name = `system.spec.${part.name}Hint`;
    return kind !== "docker" && i18n.exists(name) ? t(name as "system.spec.hostHint") : undefined;
  }
  return (
    <div className="flex flex-col">
      {part.as === "long" || part.as === "headers" ? (
        <LongField {...typed} />
      ) : part.as === "secret" ? (
        <Field {...typed} type="password" autoComplete="new-password" />
      ) : part.as === "number" ? (
        <Field {...typed} type="number" inputMode="numeric" min={part.least} max={part.most} step={1} />
      ) : (
        <Field {...typed} type={part.as === "address" ? "url" : "text"} placeholder={part.as === "address" ? "https://" : undefined} />
      )}
      {kept.length > 0 && (
        <Check checked={value === null} onChange={(event) => change(event.target.checked ? null : "")}>
          <span className="text-sm">{t("system.spec.takeAway", { what: label })}</span>
        </Check>
      )}
    </div>
  );
}
