import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { CodeProof } from "@/screens/account/security/CodeProof";
import { RecoveryCodes } from "@/screens/account/security/RecoveryCodes";
import { SetUpTotp } from "@/screens/account/security/SetUpTotp";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Panel } from "@/ui/Panel";
import { Sheet } from "@/ui/Sheet";
import { useToasts } from "@/ui/Toasts";

type Step = "off" | "renew" | null;
type SettingUp = "begun" | "codes" | null;

/** A code from an app besides the password, and codes on paper for when the app is gone. */
export function TwoFactor({ state }: { state: Schemas["SecondFactorState"] }) {
  const { t } = useTranslation();
  const { tell } = useToasts();
  const queries = useQueryClient();
  const [settingUp, setSettingUp] = useState<SettingUp>(null);
  const [step, setStep] = useState<Step>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const again = () => void queries.invalidateQueries({ queryKey: ["get", "/api/v1/auth/2fa"] });
  const turningOff = api.useMutation("delete", "/api/v1/auth/2fa", {
    onSuccess: () => {
      setStep(null);
      again();
      tell({ title: t("me.totp.isOff") });
    },
  });
  const renewing = api.useMutation("post", "/api/v1/auth/2fa/recovery-codes", {
    onSuccess: (made) => {
      setCodes(made.codes);
      again();
    },
  });
  const protectedNow = state.totp || state.passkeys > 0;
  const close = () => {
    setStep(null);
    setCodes(null);
    turningOff.reset();
    renewing.reset();
  };
  return (
    <Panel
      title={t("me.totp.title")}
      hint={t("me.totp.hint")}
      actions={<Badge tone={state.totp ? "good" : "soft"}>{t(state.totp ? "me.totp.on" : "me.totp.off")}</Badge>}
    >
      {protectedNow && (
        <p className={state.recoveryCodesLow ? "text-warn" : "text-soft"}>
          {t("me.totp.codesLeft", { count: state.recoveryCodesLeft })} {state.recoveryCodesLow && t("me.totp.codesLow")}
        </p>
      )}
      <div className="flex flex-wrap gap-3">
        {state.totp ? (
          <Button look="danger" onClick={() => setStep("off")}>
            {t("me.totp.turnOff")}
          </Button>
        ) : (
          <Button look="main" onClick={() => setSettingUp("begun")}>
            {t("me.totp.setUp")}
          </Button>
        )}
        {protectedNow && <Button onClick={() => setStep("renew")}>{t("me.totp.renew")}</Button>}
      </div>
      <Sheet title={t("me.totp.setUp")} open={settingUp !== null} setOpen={(open) => !open && setSettingUp(null)} stays={settingUp === "codes"}>
        <SetUpTotp
          confirmed={() => {
            setSettingUp((now) => now && "codes");
            again();
          }}
          done={() => {
            setSettingUp(null);
            tell({ title: t("me.totp.isOn") });
          }}
        />
      </Sheet>
      <Sheet
        title={t(step === "off" ? "me.totp.turnOff" : "me.totp.renew")}
        open={step !== null}
        setOpen={(open) => !open && close()}
        stays={codes !== null}
      >
        {codes ? (
          <RecoveryCodes codes={codes} done={close} />
        ) : step === "off" ? (
          <CodeProof
            why={t("me.totp.turnOffHint")}
            act={t("me.totp.turnOff")}
            danger
            busy={turningOff.isPending}
            error={turningOff.error}
            give={(body) => turningOff.mutate({ body })}
          />
        ) : (
          <CodeProof
            why={t("me.totp.renewHint")}
            act={t("me.totp.renew")}
            busy={renewing.isPending}
            error={renewing.error}
            give={(body) => renewing.mutate({ body })}
          />
        )}
      </Sheet>
    </Panel>
  );
}
