import { ArrowDown, ArrowUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/ui/Button";

interface MoversProps {
  of: { id: string; name: string };
  among: readonly { id: string }[];
  move: (by: 1 | -1) => Promise<unknown>;
}

/** A place further up or down, with a thumb or with the keyboard. */
export function Movers({ of: { id, name }, among, move }: MoversProps) {
  const { t } = useTranslation();
  const [told, setTold] = useState("");
  const up = useRef<HTMLButtonElement>(null);
  const down = useRef<HTMLButtonElement>(null);
  const pressed = useRef<1 | -1 | null>(null);
  const place = among.findIndex((each) => each.id === id);
  const go = (by: 1 | -1) => {
    void move(by);
    setTold(t("system.act.movedTo", { name, place: place + by + 1 }));
    pressed.current = by;
  };
  // What is moved takes the focus along; at an end the other arrow gets it.
  useEffect(() => {
    if (pressed.current === null) return;
    const [same, other] = pressed.current < 0 ? [up.current, down.current] : [down.current, up.current];
    pressed.current = null;
    (same?.disabled ? other : same)?.focus();
  }, [place]);
  return (
    <div className="flex shrink-0 gap-1">
      <Button ref={up} look="quiet" aria-label={t("system.act.upOf", { name })} disabled={place <= 0} onClick={() => go(-1)} className="w-11 px-0">
        <ArrowUp aria-hidden className="size-5" />
      </Button>
      <Button
        ref={down}
        look="quiet"
        aria-label={t("system.act.downOf", { name })}
        disabled={place === among.length - 1}
        onClick={() => go(1)}
        className="w-11 px-0"
      >
        <ArrowDown aria-hidden className="size-5" />
      </Button>
      <span role="status" className="sr-only">
        {told}
      </span>
    </div>
  );
}
