import { QueryClient } from "@tanstack/react-query";
import createFetchClient from "openapi-fetch";
import createClient from "openapi-react-query";

import { Problem } from "@/api/problem";
import type { components, paths } from "@/api/schema";
import { transport } from "@/api/transport";
import { BASE } from "@/base";

export type Schemas = components["schemas"];

export const http = createFetchClient<paths>({ baseUrl: `${location.origin}${BASE}`, fetch: transport });
export const api = createClient(http);

const MOST_TRIES = 3;
const AGAIN_MS = 15_000;
/** What a second try may change. */
const PASSING = new Set([0, 502, 503, 504]);
const passes = (error: unknown) => error instanceof Problem && PASSING.has(error.status);

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The live stream says what has changed; this is for what it does not speak of.
      staleTime: 30_000,
      retry: (count, error) => count < MOST_TRIES && passes(error),
      // A portal that starts anew takes longer than that, and says nothing more once the page has heard that it is back.
      refetchInterval: (query) => (passes(query.state.error) ? AGAIN_MS : false),
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});
