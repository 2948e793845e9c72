/** `redsim schema`: the JSON Schema of scenario files, for editors. */
import type { CommandModule } from "yargs";
import { jsonSchema } from "../scenario/schema.js";
import { out } from "./print.js";

export const schemaCommand: CommandModule = {
  command: "schema",
  describe: "Print the JSON Schema of scenario files, for editors",
  builder: (yargs) => yargs.strict(),
  handler: () => {
    out(JSON.stringify(jsonSchema(), undefined, 2));
  },
};
