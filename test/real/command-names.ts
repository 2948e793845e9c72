/** The names in a reply to COMMAND, which every release answers; COMMAND LIST is of 7.0. */
import { ReplyParser } from "../../src/redis/wire/parse-reply.js";

export function commandNames(reply: string): string[] {
  const [table] = new ReplyParser().feed(reply);
  if (table?.kind !== "array") throw new Error("COMMAND answers with an array");
  return table.items.map((entry) => {
    const [name] = entry.kind === "array" ? entry.items : [];
    if (name === undefined || !("text" in name)) throw new Error("an entry begins with its name");
    return name.text;
  });
}
