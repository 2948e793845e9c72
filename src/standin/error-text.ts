/** What went wrong with a call of the system, in the words of strerror(). */

export function errorText(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  return texts.get(code ?? "") ?? message ?? String(error);
}

/** Why it failed; undefined: it did not. */
export function attempt(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

const texts: ReadonlyMap<string, string> = new Map([
  ["EACCES", "Permission denied"],
  ["EADDRINUSE", "Address already in use"],
  ["EADDRNOTAVAIL", "Cannot assign requested address"],
  ["EEXIST", "File exists"],
  ["EISDIR", "Is a directory"],
  ["ENAMETOOLONG", "File name too long"],
  ["ENOENT", "No such file or directory"],
  ["ENOSPC", "No space left on device"],
  ["ENOTDIR", "Not a directory"],
  ["ENOTEMPTY", "Directory not empty"],
  ["EPERM", "Operation not permitted"],
  ["EROFS", "Read-only file system"],
]);
