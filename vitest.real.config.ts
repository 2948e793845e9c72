import { defineConfig } from "vitest/config";

/**
 * `npm run test:real`: what needs a redis-server and its tools on the PATH, or redis-py, and so is no
 * part of `npm test`. The model is of that redis-server's version: test/real/release.ts.
 */
export default defineConfig({
  test: {
    include: ["test/real/**/*.test.ts"],
    globalSetup: ["test/build.ts", "test/real/release.ts"],
    testTimeout: 120_000,
    pool: "threads",
  },
});
