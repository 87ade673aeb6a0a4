/** A script's text: the bundles and Jest turn the file into a string. */
declare module '*.lua' {
  const script: string;
  export default script;
}
