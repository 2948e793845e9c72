import { defineConfig } from "vitest/config";

/**
 * `npm run test:real`: what needs redis-server 7.0 and its tools on the PATH, or redis-py, and so is no
 * part of `npm test`.
 */
export default defineConfig({
  test: {
    include: ["test/real/**/*.test.ts"],
    globalSetup: ["test/build.ts"],
    testTimeout: 120_000,
    pool: "threads",
  },
});
