/**
 * How a server of a version writes an RDB: which of the packed forms it knows, and whether it
 * compresses. One object for each, so that sizes already counted can be told apart by identity.
 */
import type { Version } from "../version.js";

export interface RdbEncoding {
  readonly version: Version;
  /** As in redis-ver. */
  readonly release: string;
  /** Hashes and list nodes in ziplists (6.2) or in listpacks. */
  readonly packing: "ziplist" | "listpack";
  /** rdbcompression: strings of more than 20 bytes by LZF. */
  readonly compressed: boolean;
}

function encodings(version: Version, release: string, packing: RdbEncoding["packing"]) {
  return {
    plain: { version, release, packing, compressed: false },
    compressed: { version, release, packing, compressed: true },
  };
}

const known = {
  "6.2": encodings("6.2", "6.2.1", "ziplist"),
  "7.0": encodings("7.0", "7.0.15", "listpack"),
  "7.2": encodings("7.2", "7.2.4", "listpack"),
};

export function rdbEncoding(version: Version, compressed: boolean): RdbEncoding {
  return compressed ? known[version].compressed : known[version].plain;
}
