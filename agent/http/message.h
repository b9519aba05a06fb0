#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace klaxon::http {

/// Names as they came; compare without case (RFC 9110 section 5.1).
using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// The first value of `name`, compared without case; empty if there is none. A view into `headers`.
std::string_view FindHeader(const HeaderList& headers, std::string_view name);

/// What a client asked for: complete, within the limits of the server, its framing already undone.
/// All of it is hostile: escape what is shown again.
struct Request {
  std::string method{};  ///< as sent, e.g. "GET"; a HEAD reaches the handler of GET as "HEAD"
  std::string path{};    ///< percent-decoded, starts with '/', without the query, no NUL
  std::vector<std::pair<std::string, std::string>>
      query{};           ///< decoded; those of one name in order
  HeaderList headers{};  ///< as they came, blanks around the values cut off
  std::string host{};    ///< of the target if it is a whole URL, else of the Host header
  std::string body{};
  std::string remote_address{};  ///< literal address of the peer, never taken from a header
  std::string
      remote_group{};  ///< what counts as one client: the address; of IPv6 its first 64 bits
  std::string user{};  ///< who has logged in; empty: nobody has, or need not
  std::string claimed_user{};  ///< whom the login names, right or wrong

  std::string_view Header(std::string_view name) const { return FindHeader(headers, name); }

  /// The first query parameter of this name; nullptr if there is none (`?a` is there and empty).
  const std::string* Query(std::string_view name) const;
};

/// Makes a body piece by piece: appends the next piece (about 64 KiB) to `out` and returns true, or
/// returns false at the end. Called on the connection's thread as the client reads, not
/// concurrently. Destroyed when the client leaves.
using BodySource = std::function<bool(std::string& out)>;

/// What a handler answers. The first that is set is the body: `source`, `shared_body`, `body`.
struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  /// Others than Content-Type, -Length, -Encoding, Connection, Date, Vary and ETag-made ones, which
  /// the server writes. One with a control character in it is left out, so nothing can be injected.
  HeaderList headers{};
  std::string body{};
  std::shared_ptr<const std::string> shared_body{};  ///< sent without a copy, e.g. a prepared page
  BodySource source{};                               ///< a body whose length is not known
  /// "gzip": body or shared_body is a gzip file already; the server inflates it on the fly for a
  /// client that does not accept gzip. Empty: plain; the server compresses it where that is worth
  /// it.
  std::string content_encoding{};

  std::string_view Bytes() const { return shared_body ? *shared_body : std::string_view(body); }
};

Response TextResponse(int status, std::string text);
Response HtmlResponse(int status, std::string html);
Response JsonResponse(int status, std::string json);

/// Whether the client takes gzip: RFC 9110 section 12.5.3, q values and `*` included.
bool AcceptsGzip(const Request& request);

/// The same on the bare value of Accept-Encoding; an empty one accepts nothing but identity.
bool AcceptsGzip(std::string_view accept_encoding);

/// Sets a weak ETag made of the body's bytes, and makes the answer an empty 304 if the request's
/// If-None-Match holds it (RFC 9110 section 13.1.2). For 200 answers to GET and HEAD with `body` or
/// `shared_body`; anything else is returned as it is.
Response WithETag(const Request& request, Response response);

}  // namespace klaxon::http
