// The Lambda Runtime API for the Node.js peers: one connection, one event at a time. It stands for the
// managed Node.js runtime and does less than that, in favour of the peers.
import http from "node:http";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const options = { host, port, agent, method, headers, path: `/2018-06-01/runtime/invocation/${path}` };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, text: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Hands each event to `handler` and sends back what it returns. */
export async function serve(handler) {
  for (;;) {
    const { headers, text } = await call("GET", "next");
    const id = headers["lambda-runtime-aws-request-id"];
    try {
      await call("POST", `${id}/response`, JSON.stringify(await handler(JSON.parse(text))));
    } catch (error) {
      console.error(error);
      await call("POST", `${id}/error`, JSON.stringify({ errorType: error.name, errorMessage: error.message }));
    }
  }
}

/** `2026-01-02 03:04:05.600+00` as the API writes it: RFC 3339 without trailing zeros. */
export function moment(text) {
  return text === null ? null : text.replace(" ", "T").replace(/\+00$/, "").replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "") + "Z";
}
