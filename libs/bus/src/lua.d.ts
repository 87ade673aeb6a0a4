/** The text of the script. */
declare module '*.lua' {
  const text: string;
  export default text;
}
