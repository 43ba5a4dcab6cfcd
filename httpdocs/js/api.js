// Requests to the program's REST interface.

export const context = JSON.parse(document.body.dataset.context);

// url is an address of this program with the query parameters that have values.
export function url(path, parameters = {}) {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(parameters)) if (v !== null && v !== undefined && v !== "") q.set(k, v);
  const text = q.toString();
  return context.prefix + path + (text ? "?" + text : "");
}

export const hostURL = (ip, vlan) => url("/lua/host_details.lua", { host: ip, vlan: vlan || null });
export const flowURL = (flow) => url("/lua/flow_details.lua", { flow_key: flow.key, flow_hash_id: flow.hash_id });
export const flowsURL = (filter) => url("/lua/flows_stats.lua", filter);
export const hostsURL = (filter) => url("/lua/hosts_stats.lua", filter);

// APIError is an answer other than success; rc is the code of the answer.
export class APIError extends Error {
  constructor(message, rc, status) {
    super(message);
    this.rc = rc;
    this.status = status;
  }
}

async function answer(request) {
  let response;
  try {
    response = await request;
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new APIError("The program does not answer.", null, 0);
  }
  if (response.redirected && response.url.includes("/lua/login.lua")) {
    location.assign(response.url);
    throw new APIError("The session has ended.", null, 401);
  }
  let body;
  try {
    body = await response.json();
  } catch {
    throw new APIError(`The answer is no JSON (status ${response.status}).`, null, response.status);
  }
  if (body.rc !== 0) throw new APIError(body.rc_str_hr || "Error", body.rc, response.status);
  return body;
}

// get asks path below /lua/rest/v2/get/ and returns the whole answer: rsp and
// what stands beside it.
export function getAll(path, parameters = {}, signal) {
  return answer(fetch(url("/lua/rest/v2/get/" + path + ".lua", { ifid: context.ifid, ...parameters }),
    { signal, headers: { Accept: "application/json" } }));
}

// get is the rsp of getAll.
export async function get(path, parameters, signal) {
  return (await getAll(path, parameters, signal)).rsp;
}

// post sends fields to path below /lua/rest/v2/ and returns rsp.
export async function post(path, fields) {
  const body = await answer(fetch(url("/lua/rest/v2/" + path + ".lua"), { method: "POST",
    headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...fields, csrf: context.csrf }) }));
  return body.rsp;
}

// poll calls f now and then every interval ms while the page is visible; f is
// not called again before it has ended. It returns a function that stops.
export function poll(f, interval) {
  let timer = null;
  let stopped = false;
  const run = async () => {
    timer = null;
    if (!document.hidden) await f();
    if (!stopped) timer = setTimeout(run, interval);
  };
  run();
  return () => { stopped = true; clearTimeout(timer); };
}
