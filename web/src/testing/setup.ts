import { cleanup } from "@testing-library/react";
import { afterEach, beforeAll } from "vitest";

import { speak, speakApart } from "@/i18n";

beforeAll(async () => {
  await speak();
  await speakApart();
});
afterEach(cleanup);
