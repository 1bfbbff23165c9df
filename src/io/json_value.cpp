// Knows nlohmann's parser for its events alone: a document tree of our own keeps order and spelling.
#include "io/json_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "io/json_text.h"

namespace limpid {
namespace {

constexpr std::size_t kMaxDepth = 256;
constexpr std::size_t kShownBytes = 60;

/// Of members that come more than once the last one's value moves to the place of the first.
void drop_repeated(JsonValue::Object& members) {
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return members[a].name < members[b].name; });
  std::vector<bool> dropped(members.size(), false);
  bool any = false;
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i + 1;
    while (end < order.size() && members[order[end]].name == members[order[i]].name) dropped[order[end++]] = any = true;
    if (end - i > 1) members[order[i]].value = std::move(members[order[end - 1]].value);
    i = end;
  }
  if (!any) return;
  JsonValue::Object kept;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (!dropped[i]) kept.push_back(std::move(members[i]));
  }
  members = std::move(kept);
}

/// The parser's events, as a tree.
class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit TreeBuilder(JsonValue& root) : root_(root) {}

  bool null() override { return put({}); }
  bool boolean(bool value) override { return put({value}); }
  bool number_integer(std::int64_t value) override {
    return put({JsonNumber{static_cast<double>(value), std::to_string(value)}});
  }
  bool number_unsigned(std::uint64_t value) override {
    return put({JsonNumber{static_cast<double>(value), std::to_string(value)}});
  }
  bool number_float(double value, std::string const& text) override { return put({JsonNumber{value, text}}); }
  bool string(std::string& value) override { return put({std::move(value)}); }
  bool binary(nlohmann::json::binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return open({JsonValue::Object()}); }
  bool key(std::string& name) override {
    std::get<JsonValue::Object>(open_.back()->data).push_back({std::move(name), {}});
    return true;
  }
  bool end_object() override {
    drop_repeated(std::get<JsonValue::Object>(open_.back()->data));
    open_.pop_back();
    return true;
  }
  bool start_array(std::size_t /*size*/) override { return open({JsonValue::Array()}); }
  bool end_array() override {
    open_.pop_back();
    return true;
  }
  bool parse_error(std::size_t position, std::string const& /*token*/,
                   nlohmann::json::exception const& error) override {
    std::string_view message = error.what();  // "[json.exception...] parse error at line 1, column 2: what"
    auto const column = message.find("column ");
    auto const colon = message.find(": ", column == std::string_view::npos ? 0 : column);
    if (colon != std::string_view::npos) message.remove_prefix(colon + 2);
    fault = JsonFault{std::string(message), position};
    return false;
  }

  std::optional<JsonFault> fault;

 private:
  /// Where the next value goes.
  JsonValue* place() {
    if (open_.empty()) return &root_;
    auto& parent = open_.back()->data;
    if (auto* const members = std::get_if<JsonValue::Object>(&parent)) return &members->back().value;
    return &std::get<JsonValue::Array>(parent).emplace_back();
  }
  bool put(JsonValue&& value) {
    *place() = std::move(value);
    return true;
  }
  bool open(JsonValue&& value) {
    if (open_.size() == kMaxDepth) {
      fault = JsonFault{fmt::format("nested deeper than {} levels", kMaxDepth), 0};
      return false;
    }
    auto* const at = place();
    *at = std::move(value);
    open_.push_back(at);
    return true;
  }

  JsonValue& root_;
  std::vector<JsonValue*> open_;  ///< containers, outermost first; none of them moves while it is open
};

void append_shown(JsonValue const& value, std::string& out) {
  if (out.size() > kShownBytes) return;
  if (value.is_null()) out += "null";
  if (auto const* const b = value.boolean()) out += *b ? "true" : "false";
  if (auto const* const n = value.number()) out += n->text;
  if (auto const* const s = value.string()) append_json_string(*s, out);
  if (auto const* const array = value.array()) {
    for (std::size_t i = 0; i < array->size() && out.size() <= kShownBytes; ++i) {
      out += i == 0 ? "[" : ", ";
      append_shown((*array)[i], out);
    }
    out += array->empty() ? "[]" : "]";
  }
  if (auto const* const object = value.object()) {
    for (std::size_t i = 0; i < object->size() && out.size() <= kShownBytes; ++i) {
      out += i == 0 ? "{" : ", ";
      append_json_string((*object)[i].name, out);
      out += ": ";
      append_shown((*object)[i].value, out);
    }
    out += object->empty() ? "{}" : "}";
  }
}

bool equal_objects(JsonValue::Object const& a, JsonValue const& b) {
  auto const* const other = b.object();
  if (other == nullptr || a.size() != other->size()) return false;
  return std::all_of(a.begin(), a.end(), [&](JsonMember const& member) {
    auto const* const twin = find_member(b, member.name);
    return twin != nullptr && equal_json(member.value, *twin);
  });
}

}  // namespace

std::optional<JsonFault> parse_json(std::string_view text, JsonValue& out) {
  out = {};
  TreeBuilder builder(out);
  bool const good = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  if (good) return std::nullopt;
  return builder.fault ? builder.fault : JsonFault{"not JSON", 0};
}

JsonValue const* find_member(JsonValue const& value, std::string_view name) noexcept {
  auto const* const members = value.object();
  if (members == nullptr) return nullptr;
  auto const found =
      std::find_if(members->begin(), members->end(), [&](JsonMember const& member) { return member.name == name; });
  return found == members->end() ? nullptr : &found->value;
}

bool equal_json(JsonValue const& a, JsonValue const& b) {
  if (a.data.index() != b.data.index()) return false;
  if (auto const* const number = a.number()) return number->value == b.number()->value;
  if (auto const* const text = a.string()) return *text == *b.string();
  if (auto const* const truth = a.boolean()) return *truth == *b.boolean();
  if (auto const* const items = a.array()) {
    return std::equal(items->begin(), items->end(), b.array()->begin(), b.array()->end(), equal_json);
  }
  if (auto const* const members = a.object()) return equal_objects(*members, b);
  return true;
}

std::string shown_json(JsonValue const& value) {
  std::string out;
  append_shown(value, out);
  if (out.size() <= kShownBytes) return out;
  std::size_t end = kShownBytes;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
  return out.substr(0, end) + "...";
}

}  // namespace limpid
