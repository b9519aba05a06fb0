#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "collectors/schema_registry/book.h"
#include "collectors/schema_registry/pager.h"
#include "collectors/schema_registry/round.h"

namespace klaxon::schema_registry_collector {

/// Keeps the Book up to date, in few requests a poll: the names of the subjects, the ids given out
/// since, one page of all schemas in turn, and whatever of these does not fit. Goes on in the next
/// poll where one was too short. Confined to one thread.
class Scan {
 public:
  explicit Scan(Book& book) : book_(book) {}

  /// One poll's share. A subject that cannot be read is noted in the book, and the others go on.
  /// Error: the first of what else could not be read; what was read before stays in the book.
  Result<void> Advance(const Round& round);

  /// The names were read in the last Advance.
  bool listed() const { return listed_; }

  /// Every subject was read once, besides those that cannot be.
  bool whole() const { return whole_; }

  const std::vector<std::string>& names() const { return names_; }  ///< not deleted

  const std::string& incomplete() const { return incomplete_; }

  /// Subjects left the lists in the last Advance, or a version told another schema than before:
  /// it may be another registry that answers.
  bool suspicious() const { return suspicious_; }

  std::optional<int32_t> max_id() const { return max_id_; }

  bool max_id_told() const { return max_id_told_; }

  /// The highest id was told in the last Advance: there was one to ask by.
  bool max_id_asked() const { return max_id_asked_; }

 private:
  Result<void> ReadAll(const Round& round);
  Result<void> CompareNames(const Round& round);
  Result<void> CompareDeleted(bool believed, const Round& round);
  Result<std::vector<std::string>> LackedTwice(std::vector<std::string> names, bool deleted,
                                               const Round& round);
  void DoubtAll(const std::vector<std::string>& subjects);
  Result<void> WalkPage(const Round& round);
  Result<void> WalkAll(const Round& round);
  void EndOfPages();
  void DoubtSome();
  Result<void> LookForIds(const Round& round);
  Result<void> LookAt(int32_t id, bool& found, const Round& round);
  Result<void> WalkWithoutPages();
  void TakePage(std::vector<registry::VersionedSchema> page, size_t limit);
  void TakeFromPage(registry::VersionedSchema schema);
  Result<void> AskHighest(int32_t highest, const Round& round);
  Result<void> FailPage(const Error& error, size_t limit);
  Result<void> ReadDoubtful(const Round& round, size_t most);
  Result<void> ReadOne(const std::string& subject, const Round& round);
  void RetryUnreadable(const Round& round);
  Result<void> ReadSubject(const std::string& subject, const Round& round);

  Book& book_;
  SubjectPager pager_{};
  std::vector<std::string> names_{};
  uint64_t polls_ = 0;
  std::string incomplete_{};
  bool names_changed_ = false;
  bool suspicious_ = false;
  bool listed_ = false;
  bool whole_ = false;

  bool pages_ = true;           ///< GET /schemas tells subjects, versions and ids
  bool pages_ignored_ = false;  ///< and it sends all of them at once
  /// The pages hold versions that are deleted softly, and tell which. Where none is told, because
  /// there is none or the registry is too old to tell, pages without them are read instead.
  bool deleted_pages_ = true;
  bool tells_deleted_ = false;
  size_t page_failures_ = 0;  ///< in a row
  std::optional<Error>
      pages_failed_{};           ///< why subjects are read one by one, though there are pages
  bool walked_ = false;          ///< through all pages, once
  size_t page_limit_ = 0;        ///< 0: the largest
  size_t offset_ = 0;            ///< of the next page
  size_t told_ = 0;              ///< items of the page before; 0: there was none
  std::string first_of_page_{};  ///< subject of the first item of the page before
  std::string cursor_{};         ///< the subject that was read again last, where there are no pages

  std::set<std::string> slow_{};  ///< doubtful ones whose reading ended a round the last time
  std::string retried_{};         ///< the subject that was tried again last
  size_t failed_subjects_ = 0;    ///< in this round

  std::optional<int32_t> max_id_{};
  bool max_id_told_ = false;
  bool max_id_asked_ = false;
  int32_t looked_to_ = 0;  ///< ids up to here were looked for
};

}  // namespace klaxon::schema_registry_collector
