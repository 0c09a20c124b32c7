/** The bundler puts them beside the bundle. */
declare module '*.wasm' {
  const path: unknown;
  export default path;
}
