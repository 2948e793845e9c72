/** All commands that read or change the dataset, one file a family. */
import type { Command } from "../server/command.js";
import { expiryCommands } from "./expiry.js";
import { hashCommands } from "./hashes.js";
import { keyCommands } from "./keys.js";
import { listCommands } from "./lists.js";
import { setCommands } from "./sets.js";
import { stringCommands } from "./strings.js";

export const dataCommands: readonly Command[] = [
  ...stringCommands,
  ...keyCommands,
  ...expiryCommands,
  ...listCommands,
  ...hashCommands,
  ...setCommands,
];
