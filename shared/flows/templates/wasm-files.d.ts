/** The bundler inlines them. */
declare module '*.wasm' {
  const bytes: unknown;
  export default bytes;
}
