/**
 * The statuses by which a server says that it did not carry a request out, each with where that stands. A write that
 * ends with one of these was refused. Any other failure leaves it unknown: a gateway's 408, 460 or 499 tells of itself,
 * and nothing of what the server behind it did; a 5xx may come after the work was done.
 */
export const refusals: Readonly<Record<number, string>> = {
  400: 'RFC 9110, 15.5.1: the server cannot or will not process the request',
  401: 'RFC 9110, 15.5.2: the request has not been applied',
  403: 'RFC 9110, 15.5.4: the server refuses to fulfil it',
  404: 'RFC 9110, 15.5.5: the server finds nothing there, or will not say that there is something',
  405: 'RFC 9110, 15.5.6: the target does not support the method',
  409: 'RFC 9110, 15.5.10: it could not be completed, since it conflicts with what is there',
  410: 'RFC 9110, 15.5.11: the target is no longer there; at Pearsana, that version of its API',
  411: 'RFC 9110, 15.5.12: the server refuses a request without a length',
  412: 'RFC 9110, 13.1.1 and 15.5.13: a condition does not hold, so the method must not be performed',
  413: 'RFC 9110, 15.5.14: the server refuses to process content so large',
  414: 'RFC 9110, 15.5.15: the server refuses a target so long',
  415: 'RFC 9110, 15.5.16: the server refuses content of this type',
  421: 'RFC 9110, 15.5.20: it went to a server that does not answer for the target',
  422: 'RFC 9110, 15.5.21: the server was unable to process the instructions',
  425: 'RFC 8470, 5.2: the server is unwilling to risk processing it',
  426: 'RFC 9110, 15.5.22: the server refuses to perform it over this protocol',
  428: 'RFC 6585, 3: the server requires a condition',
  429: 'RFC 6585, 4: too many requests; the server does not serve this one',
  431: 'RFC 6585, 5: the server is unwilling to process it, because of its headers',
  451: 'RFC 7725, 3: the server denies access for legal reasons',
};
