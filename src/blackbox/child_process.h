/// A shell command that is kept alive: bytes to its standard input and from its standard output at the same time, so
/// that neither side waits for the other for ever.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace limpid {

/// Thread safety: one thread at a time.
class ChildProcess {
 public:
  /// Starts /bin/sh -c COMMAND in a process group of its own, so that a Ctrl-C at the terminal ends it only after the
  /// rows at hand. Throws Error endpoint.command.
  explicit ChildProcess(std::string const& command);
  /// Closes its input; ends what is still there after kGraceSeconds.
  ~ChildProcess();
  ChildProcess(ChildProcess const&) = delete;
  ChildProcess& operator=(ChildProcess const&) = delete;

  struct Moved {
    std::size_t written = 0;    ///< bytes of `input` that it took
    bool read = false;          ///< `output` grew
    bool input_closed = false;  ///< it reads no more
    bool ended = false;         ///< its output is at its end
  };
  /// Waits at most `wait_ms` until something can be moved, and moves what can be. Standard error is read along.
  [[nodiscard]] Moved exchange(std::string_view input, std::string& output, int wait_ms);

  /// Waits for its end, ending it if need be: "exit status 3", "signal 9 (Killed)".
  [[nodiscard]] std::string ending();
  /// The last lines of its standard error, or empty.
  [[nodiscard]] std::string last_errors();

  static constexpr double kGraceSeconds = 2.0;

 private:
  void start(std::string const& command, std::array<int, 3> const& theirs);
  void close_end(int& end) noexcept;
  [[nodiscard]] bool read_from(int& end, std::string& out);
  void read_errors();
  [[nodiscard]] std::size_t write_to(std::string_view input, bool& closed);
  [[nodiscard]] bool wait_for(double seconds) noexcept;
  void finish() noexcept;

  pid_t process_ = -1;
  int input_ = -1;  ///< our ends
  int output_ = -1;
  int errors_ = -1;
  int status_ = 0;
  bool reaped_ = false;
  std::string error_text_;  ///< the end of it
};

}  // namespace limpid
