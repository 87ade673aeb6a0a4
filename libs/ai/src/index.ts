export { type Answer, openAnswer, type OpenAnswerOptions, stopAnswer } from './answer';
export { type AnswerStore, storeIn } from './answer-store';
export { channelFetch, type ChannelFetchOptions, type FetchFunction } from './channel-fetch';
export { storeStream, type Through } from './store-stream';
