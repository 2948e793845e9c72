/**
 * The exceptions of redis-py 4.3.4, as values: which is which one's child, and how an error reply
 * becomes one (`BaseParser.parse_error()`: a code that has a class of its own is cut off the text).
 */
import { type Failure, refusal } from "../failure.js";

/** What `except ConnectionError` catches: the class itself and its children. */
export function isConnectionError(failure: Failure): boolean {
  switch (failure.type) {
    case "ConnectionError":
    case "AuthenticationError":
    case "BusyLoadingError":
    case "MasterNotFoundError":
    case "SlaveNotFoundError":
      return true;
    default:
      return false;
  }
}

/** Not a child of ConnectionError. */
export function isTimeoutError(failure: Failure): boolean {
  return failure.type === "TimeoutError";
}

/** `text` is the reply without its dash. */
export function parseError(text: string): Failure {
  const space = text.indexOf(" ");
  const code = space < 0 ? text : text.slice(0, space);
  const rest = space < 0 ? "" : text.slice(space + 1);
  switch (code) {
    case "ERR":
      return refusal(classOfPlainError(rest), rest);
    case "EXECABORT":
      return refusal("ExecAbortError", rest);
    case "LOADING":
      return refusal("BusyLoadingError", rest);
    case "NOSCRIPT":
      return refusal("NoScriptError", rest);
    case "READONLY":
      return refusal("ReadOnlyError", rest);
    case "NOAUTH":
      return refusal("AuthenticationError", rest);
    case "NOPERM":
      return refusal("NoPermissionError", rest);
    default:
      return refusal("ResponseError", text);
  }
}

function classOfPlainError(text: string): string {
  switch (text) {
    case "max number of clients reached":
      return "ConnectionError";
    case "Client sent AUTH, but no password is set":
    case "invalid password":
      return "AuthenticationError";
    default:
      return "ResponseError";
  }
}
