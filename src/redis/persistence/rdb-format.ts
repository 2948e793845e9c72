/** The numbers of the RDB format (rdb.h), as far as 6.2 to 7.2 write and read them. */
import type { Version } from "../version.js";

/** `RDB_VERSION` */
export const rdbVersion: Readonly<Record<Version, number>> = { "6.2": 9, "7.0": 10, "7.2": 11 };

/** `RDB_OPCODE_...` */
export const opcode = {
  function2: 245,
  functionPreRelease: 246,
  moduleAux: 247,
  idle: 248,
  freq: 249,
  aux: 250,
  resizeDb: 251,
  expireTimeMs: 252,
  expireTime: 253,
  selectDb: 254,
  eof: 255,
} as const;

/** `RDB_TYPE_...`, as far as we have such values. */
export const type = {
  string: 0,
  list: 1,
  set: 2,
  hash: 4,
  hashZipmap: 9,
  listZiplist: 10,
  setIntset: 11,
  hashZiplist: 13,
  listQuicklist: 14,
  hashListpack: 16,
  listQuicklist2: 18,
  setListpack: 20,
} as const;

/** `RDB_ENC_...`, behind the two bits that say that a length is none. */
export const stringEncoding = { int8: 0, int16: 1, int32: 2, lzf: 3 } as const;

/** `QUICKLIST_NODE_CONTAINER_...` */
export const container = { plain: 1, packed: 2 } as const;

/** The name of the field that carries bytes of ballast; Redis skips fields that it does not know. */
export const ballastField = "redsim-ballast";
