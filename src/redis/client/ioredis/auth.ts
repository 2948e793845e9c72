/** The AUTH that ioredis sends first on a connection, to servers and Sentinels alike. */
import { type Request, request } from "../../wire/value.js";

/** Undefined without a password: nothing is sent. */
export function authRequest(
  username: string | undefined,
  password: string | undefined,
): Request | undefined {
  if (password === undefined) return undefined;
  return username === undefined ? request("auth", password) : request("auth", username, password);
}
