#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "vectors/format/expectation.h"
#include "vectors/format/identity.h"
#include "vectors/format/lines.h"
#include "vectors/format/lines_words.h"
#include "vectors/format/names.h"

namespace vectors {

namespace {

using Json = nlohmann::ordered_json;

std::string hex(ept_word value) { return fmt::format("{:#x}", value); }

void put_text(Json& to, const char* name, const std::string& text) {
  if (!text.empty()) to[name] = text;
}

void put_controls(Json& to, const ept_configuration& configuration) {
  for (const Controls& word : kControls) {
    if (configuration.*word.member != kUsualControls.*word.member)
      to["controls"][word.name] = names_in(word.vocabulary, configuration.*word.member);
  }
}

Json head_json(const std::string& profile, const std::string& manual, const ept_configuration& processor) {
  Json head = {{"format", kLinesFormat}, {"profile", profile}};
  put_text(head, "manual", manual);
  head["maxphyaddr"] = processor.maxphyaddr;
  head["capability"] = hex(processor.capability);
  if (processor.parameters != 0) head["parameters"] = names_in(ept_parameter_names, processor.parameters);
  return head;
}

Json purpose_json(const Purpose& purpose) {
  Json json = {{"goal", purpose.goal}, {"vector", purpose.vector}};
  if (!purpose.cite.empty()) json["cite"] = citation_id(purpose.cite);
  put_text(json, "neighbour", purpose.neighbour);
  put_text(json, "twin", purpose.twin);
  return json;
}

Json vector_json(const Vector& vector, const std::string& id) {
  const Case& asked = vector.asked;
  Json json = {{"id", id}};
  if (asked.question != Question::walk) json["question"] = kQuestions.at(static_cast<std::size_t>(asked.question));
  put_controls(json, asked.configuration);
  if (asked.eptp != kUsualEptp) json["eptp"] = hex(asked.eptp);
  if (asked.question == Question::entry) json["level"] = asked.level;
  for (const ept_word entry : asked.entries) json["entries"].push_back(hex(entry));
  if (asked.guest_physical_address != 0) json["guest_physical_address"] = hex(asked.guest_physical_address);
  if (asked.question == Question::walk && asked.access != kUsualAccess)
    json["access"] = names_in(ept_access_names, asked.access);
  json["expected"] = expectation_json(asked, vector.expected);
  return json;
}

void check_processor(const Document& document) {
  if (document.vectors.empty()) throw std::logic_error("a profile without vectors: " + document.profile);
  const ept_configuration& first = document.vectors.front().asked.configuration;
  for (const Vector& vector : document.vectors) {
    const ept_configuration& own = vector.asked.configuration;
    if (own.maxphyaddr != first.maxphyaddr || own.capability != first.capability || own.parameters != first.parameters)
      throw std::logic_error("vectors of different processors in profile " + document.profile);
  }
}

void write_body(const Document& document, std::ostream& out) {
  for (const Purpose& purpose : document.purposes) out << purpose_json(purpose).dump() << "\n";
  for (const Vector& vector : document.vectors) out << vector_json(vector, vector.id).dump() << "\n";
}

Json head_of(const Document& document) {
  check_processor(document);
  return head_json(document.profile, document.manual, document.vectors.front().asked.configuration);
}

}  // namespace

void write_lines(const Document& document, std::ostream& out) {
  Citations citations;
  add_citations(document, citations);
  out << head_of(document).dump() << "\n";
  write_citations(citations, out);
  write_body(document, out);
}

void write_lines(const Document& document, const std::string& citations, std::ostream& out) {
  Json head = head_of(document);
  head["citations"] = citations;
  out << head.dump() << "\n";
  write_body(document, out);
}

LineStream::LineStream(const std::string& profile, const std::string& manual, const ept_configuration& processor,
                       std::ostream& out)
    : out_(out) {
  out_ << head_json(profile, manual, processor).dump() << "\n";
}

void LineStream::write(const Vector& vector) {
  const std::string id = id_of(vector.asked);
  for (const std::string& goal : vector.goals) out_ << purpose_json({goal, id, vector.cite, "", ""}).dump() << "\n";
  out_ << vector_json(vector, id).dump() << "\n";
}

}  // namespace vectors
