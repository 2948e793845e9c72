/** A configuration file as it was read: its path on the node's disk and its lines. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}
