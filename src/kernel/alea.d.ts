declare module "seedrandom/lib/alea.js" {
  interface State {
    readonly s0: number;
    readonly s1: number;
    readonly s2: number;
    readonly c: number;
  }
  interface Generator {
    /** The next draw, in [0, 1) with 32 bits. */
    (): number;
    int32(): number;
    state(): State;
  }
  const alea: (seed: string, options: { readonly state: true }) => Generator;
  export default alea;
}
