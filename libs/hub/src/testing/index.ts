export { QuietSink } from './quiet-sink';
