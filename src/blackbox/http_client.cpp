// Knows libcurl: its "multi" interface moves several transfers in one thread and keeps their connections.
#include "blackbox/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "limpid/error.h"

namespace limpid {
namespace {

constexpr double kMilliseconds = 1000.0;

struct EasyDeleter {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

/// One transfer at a time.
struct Slot {
  std::unique_ptr<CURL, EasyDeleter> easy;
  std::string body;
  std::string answer;
  std::array<char, CURL_ERROR_SIZE> error{};
  bool too_large = false;
  bool busy = false;
};

std::size_t take_bytes(char const* bytes, std::size_t /*one*/, std::size_t size, void* to) noexcept {
  auto& slot = *static_cast<Slot*>(to);
  slot.too_large = size > HttpClient::kMostAnswerBytes - slot.answer.size();
  if (slot.too_large) return 0;
  slot.answer.append(bytes, size);
  return size;
}

void start_library() {
  static CURLcode const code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw Error("endpoint.library", fmt::format("libcurl: {}", curl_easy_strerror(code)));
}

}  // namespace

std::string without_credentials(std::string const& url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) return url;
  auto const scheme = url.find("://");
  auto const host = scheme + 3;
  auto const end = std::min(url.find_first_of("?#", host), url.size());
  auto const slash = std::min(url.find('/', host), end);
  auto const at = url.rfind('@', slash);
  auto const from = at == std::string::npos || at < host ? host : at + 1;
  return url.substr(0, host) + url.substr(from, end - from);
}

struct HttpClient::Impl {
  std::unique_ptr<CURLM, MultiDeleter> multi;
  std::unique_ptr<curl_slist, ListDeleter> headers;
  std::vector<Slot> slots;  ///< their transfers end before `multi`
  std::int64_t connections = 0;

  void add_header(std::string const& line);
  void prepare(Slot& slot, Settings const& settings);
  [[nodiscard]] HttpAnswer answer_of(Slot& slot, CURLcode code);
  void stop(Slot& slot) noexcept {
    if (slot.busy) curl_multi_remove_handle(multi.get(), slot.easy.get());
    slot.busy = false;
  }
};

void HttpClient::Impl::add_header(std::string const& line) {
  auto* const longer = curl_slist_append(headers.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(headers.release());
  headers.reset(longer);
}

void HttpClient::Impl::prepare(Slot& slot, Settings const& settings) {
  slot.easy.reset(curl_easy_init());
  if (!slot.easy) throw std::bad_alloc();
  auto* const easy = slot.easy.get();
  auto const set = [&](CURLoption option, auto value) {
    auto const code = curl_easy_setopt(easy, option, value);
    if (code != CURLE_OK) throw Error("usage.predictor", fmt::format("libcurl: {}", curl_easy_strerror(code)));
  };
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_URL, settings.url.c_str());
  set(CURLOPT_POST, 1L);
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ACCEPT_ENCODING, "");  // whatever this libcurl can undo
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout_seconds * kMilliseconds));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(settings.timeout_seconds * kMilliseconds));
  set(CURLOPT_USERAGENT, "limpid/" LIMPID_VERSION);
  set(CURLOPT_ERRORBUFFER, slot.error.data());
  set(CURLOPT_WRITEFUNCTION, &take_bytes);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&slot));
  set(CURLOPT_PRIVATE, static_cast<void*>(&slot));
  if (!settings.ca_file.empty()) set(CURLOPT_CAINFO, settings.ca_file.c_str());
}

HttpAnswer HttpClient::Impl::answer_of(Slot& slot, CURLcode code) {
  HttpAnswer out;
  out.slot = static_cast<std::size_t>(&slot - slots.data());
  auto* const easy = slot.easy.get();
  long made = 0;
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &made);
  connections += made;
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    out.status = static_cast<std::int32_t>(status);
    curl_off_t seconds = 0;
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    out.retry_after_seconds = static_cast<double>(seconds);
  } else if (slot.too_large) {
    out.outcome = HttpAnswer::Outcome::kTooLarge;
  } else {
    out.outcome = code == CURLE_OPERATION_TIMEDOUT ? HttpAnswer::Outcome::kTimedOut : HttpAnswer::Outcome::kFailed;
    out.failure = slot.error[0] != '\0' ? slot.error.data() : curl_easy_strerror(code);
  }
  out.body = std::move(slot.answer);
  return out;
}

HttpClient::HttpClient(Settings const& settings) : impl_(std::make_unique<Impl>()) {
  start_library();
  impl_->multi.reset(curl_multi_init());
  if (!impl_->multi) throw std::bad_alloc();
  curl_multi_setopt(impl_->multi.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(settings.slots));
  impl_->add_header("Expect:");  // no wait for "100 Continue" before large bodies
  for (auto const& line : settings.headers) impl_->add_header(line);
  impl_->slots.resize(settings.slots);
  for (auto& slot : impl_->slots) impl_->prepare(slot, settings);
}

HttpClient::~HttpClient() { cancel(); }

void HttpClient::start(std::size_t slot, std::string body) {
  auto& used = impl_->slots[slot];
  used.body = std::move(body);
  used.answer.clear();
  used.error[0] = '\0';
  used.too_large = false;
  curl_easy_setopt(used.easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(used.body.size()));
  curl_easy_setopt(used.easy.get(), CURLOPT_POSTFIELDS, used.body.data());
  auto const code = curl_multi_add_handle(impl_->multi.get(), used.easy.get());
  if (code != CURLM_OK) throw Error("endpoint.library", fmt::format("libcurl: {}", curl_multi_strerror(code)));
  used.busy = true;
}

std::vector<HttpAnswer> HttpClient::wait(int wait_ms) {
  auto* const multi = impl_->multi.get();
  int running = 0;
  auto code = curl_multi_perform(multi, &running);
  std::vector<HttpAnswer> out;
  for (bool waited = false; code == CURLM_OK; waited = true) {
    int queued = 0;
    while (auto const* const message = curl_multi_info_read(multi, &queued)) {
      if (message->msg != CURLMSG_DONE) continue;
      auto const result = message->data.result;
      void* owner = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
      auto& slot = *static_cast<Slot*>(owner);
      impl_->stop(slot);
      out.push_back(impl_->answer_of(slot, result));
    }
    if (waited || !out.empty()) break;
    code = curl_multi_poll(multi, nullptr, 0, wait_ms, nullptr);
    if (code == CURLM_OK) code = curl_multi_perform(multi, &running);
  }
  if (code != CURLM_OK) throw Error("endpoint.library", fmt::format("libcurl: {}", curl_multi_strerror(code)));
  return out;
}

void HttpClient::cancel() noexcept {
  for (auto& slot : impl_->slots) impl_->stop(slot);
}

std::string const& HttpClient::body(std::size_t slot) const noexcept { return impl_->slots[slot].body; }

std::int64_t HttpClient::connections() const noexcept { return impl_->connections; }

}  // namespace limpid
