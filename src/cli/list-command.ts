/** `redsim list`: the scenarios that come with redsim. */
import type { CommandModule } from "yargs";
import { heading, out, wrap } from "./print.js";
import { library, loadScenario } from "./scenario-source.js";

export const listCommand: CommandModule = {
  command: "list",
  describe: "List the scenarios that come with redsim",
  builder: (yargs) => yargs.strict(),
  handler: () => {
    const entries = library();
    const widest = entries.reduce((most, entry) => Math.max(most, entry.name.length), 0);
    let theme: string | undefined;
    for (const entry of entries) {
      if (entry.theme !== theme) out(`${theme === undefined ? "" : "\n"}${heading(entry.theme)}`);
      theme = entry.theme;
      out(wrap(`  ${entry.name.padEnd(widest)}  `, loadScenario(entry.path, []).scenario.title));
    }
  },
};
