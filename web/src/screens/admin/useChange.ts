import { useMutation } from "@tanstack/react-query";

import { queries } from "@/api/client";
import { useToasts, type Said } from "@/ui/Toasts";
import { useProblemWords } from "@/ui/useProblemWords";

export { useProblemWords };

/** Whatever shows something of these paths is read again, if it is on the page. */
export async function readAgain(paths: readonly string[]): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey: [, path] }) => typeof path === "string" && paths.some((each) => path.startsWith(each)),
  });
}

/** One press that changes something: what shows it is read again, and it is said what came of it. */
export function useChange<V = void>(change: (value: V) => Promise<unknown>, touches: readonly string[], done?: (value: V) => Said) {
  const { tell } = useToasts();
  const words = useProblemWords();
  return useMutation({
    mutationFn: change,
    onSuccess: (_, value) => {
      if (done) tell(done(value));
    },
    onError: (error) => tell({ title: words(error) }),
    onSettled: () => readAgain(touches),
  });
}
