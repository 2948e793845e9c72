/** The classes of clients that commands and output limits speak of, by the names that users have for them. */
import { lowerCase } from "../wire/text.js";

export type ClientType = "normal" | "replica" | "master" | "pubsub";

/** `getClientTypeByName()` */
export function clientTypeByName(name: string): ClientType | undefined {
  switch (lowerCase(name)) {
    case "normal":
      return "normal";
    case "slave":
    case "replica":
      return "replica";
    case "pubsub":
      return "pubsub";
    case "master":
      return "master";
    default:
      return undefined;
  }
}
