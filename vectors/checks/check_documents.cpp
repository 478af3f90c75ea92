#include "vectors/checks/check_documents.h"

#include <algorithm>
#include <set>

#include "vectors/checks/check_vectors.h"
#include "vectors/format/identity.h"
#include "vectors/goals/goals.h"

namespace vectors {

namespace {

void add(const CheckVectors& from, const spec::Profile& profile, Document& to) {
  std::vector<std::string> ids;
  std::set<std::string> known;
  for (const CheckVector& one : from.vectors) {
    Vector vector;
    vector.asked = case_of(one.check, one.registers, profile);
    vector.id = ids.emplace_back(id_of(vector.asked));
    vector.expected = expected_of(vector.asked);
    if (known.insert(vector.id).second) to.vectors.push_back(std::move(vector));
  }
  for (const CheckPurpose& one : from.purposes)
    to.purposes.push_back({one.goal, ids[one.vector], one.cite, one.neighbour ? ids[*one.neighbour] : "", ""});
}

}  // namespace

Case case_of(ept_check_id check, const ept_registers& registers, const spec::Profile& profile) {
  Case asked{.question = Question::check, .check = check, .registers = registers};
  asked.registers.parameters = configuration_of(profile).parameters;
  return asked;
}

void add_check_vectors(const spec::Spec& spec, std::vector<Document>& documents, unsigned seed) {
  std::vector<const spec::Profile*> profiles;
  for (const Document& document : documents) profiles.push_back(find_id(spec.profiles, document.profile));
  // One that has the walks of another comes last: it needs no file of its own unless only it shows a goal.
  const auto has_walks_of_earlier = [&](const spec::Profile* profile) {
    const auto own = std::ranges::find(profiles, profile);
    return std::any_of(profiles.begin(), own, [&](const spec::Profile* other) {
      return same(configuration_of(*other), configuration_of(*profile));
    });
  };
  std::vector<const spec::Profile*> order = profiles;
  std::ranges::stable_sort(order, {}, has_walks_of_earlier);
  for (const CheckVectors& made : check_vectors(spec, order, seed)) {
    const auto place = std::ranges::find(documents, made.profile, &Document::profile);
    add(made, *find_id(spec.profiles, made.profile), *place);
    link(*place);
  }
}

void add_check_vectors(const spec::Spec& spec, const spec::Profile& profile, Document& document, unsigned seed) {
  add(check_vectors(spec, {&profile}, seed).front(), profile, document);
  link(document);
}

}  // namespace vectors
