import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";

/** Where it is: the same title may be in several libraries, and in more than one quality. */
export function Places({ places }: { places: Schemas["LibraryPlace"][] }) {
  const { t } = useTranslation();
  if (places.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-x-4 text-sm">
      {places.map((place) => (
        <li key={place.ratingKey}>
          <Link
            to="/item/$ratingKey"
            params={{ ratingKey: place.ratingKey }}
            preload="intent"
            className="inline-flex min-h-8 items-center text-accent underline-offset-2 hover:underline"
          >
            {[place.serverName, place.libraryTitle ?? t("title.inLibrary"), place.is4k && "4K"].filter(Boolean).join(" · ")}
          </Link>
        </li>
      ))}
    </ul>
  );
}
