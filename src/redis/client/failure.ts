/**
 * How a command fails, as a value: the name of the library's own error and its text, and whether the
 * command may have been carried out all the same.
 */
import type { CloseReason } from "../../kernel/actor.js";

export interface Failure {
  readonly kind: "failure";
  /** The class of the error: ConnectionError, ReplyError. */
  readonly type: string;
  readonly text: string;
  /** The server itself refused: it answered with an error. */
  readonly isReply: boolean;
  /** The command left and no answer came: nobody knows whether it happened. */
  readonly isUnknown: boolean;
}

export function failure(type: string, text: string): Failure {
  return { kind: "failure", type, text, isReply: false, isUnknown: false };
}

export function refusal(type: string, text: string): Failure {
  return { kind: "failure", type, text, isReply: true, isUnknown: false };
}

/** The same failure of a command that had left. */
export function unknown(cause: Failure): Failure {
  return cause.isUnknown ? cause : { ...cause, isUnknown: true };
}

/** What the operating system says (Linux): errno and strerror(). */
export interface SystemError {
  readonly errno: number;
  readonly code: string;
  readonly text: string;
}

const connectionTimedOut: SystemError = {
  errno: 110,
  code: "ETIMEDOUT",
  text: "Connection timed out",
};

export const systemErrors: Readonly<Record<Exclude<CloseReason, "fin">, SystemError>> = {
  reset: { errno: 104, code: "ECONNRESET", text: "Connection reset by peer" },
  refused: { errno: 111, code: "ECONNREFUSED", text: "Connection refused" },
  unreachable: { errno: 113, code: "EHOSTUNREACH", text: "No route to host" },
  timeout: connectionTimedOut,
};

/** The error of connect(): an end in order cannot happen there, and is taken for a reset. */
export function connectError(why: CloseReason): SystemError {
  return systemErrors[why === "fin" ? "reset" : why];
}
