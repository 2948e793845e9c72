/**
 * What a schema allows at a path: for hints about unknown keys, for `--set`, and for the reference.
 * Reads zod's own definitions, so that there is no second list of keys to keep.
 */
import * as z from "zod";
import type { Path } from "./document.js";

/** The keys of the mapping at this path; none where the user names them, or where there is no mapping. */
export function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  const found = schemasAt(schema, path);
  const keys = new Set<string>();
  for (const each of found)
    if (each instanceof z.ZodObject) for (const key of Object.keys(each.shape)) keys.add(key);
  return [...keys];
}

/** May any key stand at this path (names that the user gives)? */
export function isOpenAt(schema: z.ZodType, path: Path): boolean {
  return schemasAt(schema, path).some(
    (each) =>
      each instanceof z.ZodRecord ||
      (each instanceof z.ZodObject && catchallOf(each) !== undefined),
  );
}

/** Every alternative of what may stand at this path. */
export function schemasAt(schema: z.ZodType, path: Path): readonly z.ZodType[] {
  let found = alternatives(schema);
  for (const part of path) {
    found = found.flatMap((each) => {
      const inner = childOf(each, String(part));
      return inner === undefined ? [] : alternatives(inner);
    });
  }
  return found;
}

function childOf(schema: z.ZodType, key: string): z.ZodType | undefined {
  if (schema instanceof z.ZodObject)
    return (schema.shape[key] as z.ZodType | undefined) ?? catchallOf(schema);
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  return undefined;
}

function catchallOf(schema: z.ZodObject): z.ZodType | undefined {
  const { catchall } = schema.def;
  return catchall === undefined || catchall instanceof z.ZodNever
    ? undefined
    : (catchall as z.ZodType);
}

/** Without `optional`, and each side of a union by itself. */
export function alternatives(schema: z.ZodType): readonly z.ZodType[] {
  if (schema instanceof z.ZodOptional) return alternatives(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUnion)
    return schema.options.flatMap((option) => alternatives(option as z.ZodType));
  return [schema];
}
