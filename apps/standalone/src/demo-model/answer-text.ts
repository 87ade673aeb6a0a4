const ENGLISH = `There is no best one of the four; there is one that fits.

HTTP polling takes turns: the browser asks, the server answers, and then it is over. It passes every proxy, and it needs nothing \
but plain HTTP. For each answer it pays a whole request, so it fits a look every few minutes, or a network that lets nothing else through.

Server-Sent Events are simplex: one request, and an answer that never ends. The server writes, the browser only listens. It reconnects \
by itself and says where it stopped. For news, for progress and for text like this one it is the shortest way: “new EventSource(url)” — done.

A WebSocket is full duplex: both sides send whenever they like, even at the same moment. Chat, games and shared editing want that. \
Reconnecting and resuming are yours to write.

Socket.IO is a library above the others: it begins with polling, moves up to a WebSocket, and brings names for events, acknowledgements \
and reconnecting with it. You pay with its own client on both sides.

And you do not have to choose for ever: here all four carry the same messages under the same cursor. You may leave one in the middle of \
a sentence, like this one, and read on over another; not a word is lost, and none comes twice. 🎉
`;

const CHINESE = `四种传输方式没有最好的，只有合适的。

HTTP 轮询是轮流说话：浏览器提问，服务器回答，然后就结束了。它能穿过任何代理，只需要普通的 HTTP。每次回答都要付出一个完整的请求，所以它适合几分钟看一次，或者别的方式都不通的网络。

服务器发送事件是单工的：一个请求，一个永不结束的回答。服务器写，浏览器只听。它会自己重新连接，并说出上次停在哪里。新闻、进度和像这样的文字，用它最省事：“new EventSource(url)”——就这么简单。

WebSocket 是全双工的：双方随时都能发送，甚至同时发送。聊天、游戏和协同编辑需要它。重新连接和续传要由你自己来写。

Socket.IO 是架在其他方式之上的库：它从轮询开始，再升级到 WebSocket，并带来事件名、确认和自动重连。代价是两端都要用它自己的客户端。

而且你不必永远只选一种：在这里，四种方式用同一个游标传送同样的消息。你可以在一句话的中间离开其中一种，比如现在，再用另一种接着读；不丢一个字，也不重复一个字。🎉
`;

/** What the demo model says: always the same, in the language of the question. */
export const answerTo = (question: string): string => (/\p{Script=Han}/u.test(question) ? CHINESE : ENGLISH);

/** The words of a text, each with what stands between it and the next. Joined, they are the text. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of new Intl.Segmenter('zh', { granularity: 'word' }).segment(text)) {
    if (isWordLike || words.length === 0) words.push(segment);
    else words.push(`${words.pop()}${segment}`);
  }
  return words;
}
