#include "blackbox/child_process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>

#include "limpid/error.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves the declaration to the program

namespace limpid {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10U;
constexpr std::size_t kErrorBytes = 4096;  ///< of standard error that are kept
constexpr std::size_t kErrorLines = 5;     ///< that a message shows
constexpr long kWaitNanoseconds = 10'000'000;

[[noreturn]] void fail(char const* what, int error) {
  throw Error("endpoint.command", fmt::format("the command cannot be started: {}: {}", what, std::strerror(error)));
}

struct Pipe {
  std::array<int, 2> ends{-1, -1};  ///< read, write
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe", errno);
  }
  ~Pipe() {
    for (int const end : ends) {
      if (end >= 0) ::close(end);
    }
  }
  Pipe(Pipe const&) = delete;
  Pipe& operator=(Pipe const&) = delete;
  /// Our end: it never blocks.
  int take(std::size_t which) {
    int const end = ends[which];
    ends[which] = -1;
    fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK);
    return end;
  }
};

/// While it lives, writing to a closed pipe is an error and no signal. A signal that was pending before stays so.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    pending_before_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoPipeSignal() {
    timespec const now{};
    while (!pending_before_ && sigtimedwait(&pipe_, nullptr, &now) == -1 && errno == EINTR) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoPipeSignal(NoPipeSignal const&) = delete;
  NoPipeSignal& operator=(NoPipeSignal const&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool pending_before_ = false;
};

}  // namespace

ChildProcess::ChildProcess(std::string const& command) {
  Pipe input;
  Pipe output;
  Pipe errors;
  start(command, {input.ends[0], output.ends[1], errors.ends[1]});
  input_ = input.take(1);
  output_ = output.take(0);
  errors_ = errors.take(0);
}

void ChildProcess::start(std::string const& command, std::array<int, 3> const& theirs) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int i = 0; i < 3; ++i) posix_spawn_file_actions_adddup2(&actions, theirs[static_cast<std::size_t>(i)], i);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t usual;
  sigemptyset(&usual);
  for (int const signal : {SIGPIPE, SIGINT, SIGTERM}) sigaddset(&usual, signal);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  std::string shell = "sh";
  std::string option = "-c";
  std::string text = command;
  std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
  int const error = posix_spawn(&process_, "/bin/sh", &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail("/bin/sh", error);
}

ChildProcess::~ChildProcess() {
  finish();
  for (int* const end : {&input_, &output_, &errors_}) close_end(*end);
}

void ChildProcess::close_end(int& end) noexcept {
  if (end >= 0) ::close(end);
  end = -1;
}

/// What is there; false at the end.
bool ChildProcess::read_from(int& end, std::string& out) {
  std::array<char, kReadBytes> bytes{};
  while (true) {
    ssize_t const count = ::read(end, bytes.data(), bytes.size());
    if (count > 0) {
      out.append(bytes.data(), static_cast<std::size_t>(count));
      return true;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    close_end(end);
    return false;
  }
}

void ChildProcess::read_errors() {
  static_cast<void>(read_from(errors_, error_text_));
  if (error_text_.size() > 2 * kErrorBytes) error_text_.erase(0, error_text_.size() - kErrorBytes);
}

std::size_t ChildProcess::write_to(std::string_view input, bool& closed) {
  NoPipeSignal const quiet;
  std::size_t written = 0;
  while (written < input.size()) {
    ssize_t const count = ::write(input_, input.data() + written, input.size() - written);
    if (count > 0) {
      written += static_cast<std::size_t>(count);
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    closed = true;
    close_end(input_);
    break;
  }
  return written;
}

ChildProcess::Moved ChildProcess::exchange(std::string_view input, std::string& output, int wait_ms) {
  Moved moved;
  std::array<pollfd, 3> ends{};
  ends[0] = {input.empty() ? -1 : input_, POLLOUT, 0};
  ends[1] = {output_, POLLIN, 0};
  ends[2] = {errors_, POLLIN, 0};
  moved.input_closed = input_ < 0;
  moved.ended = output_ < 0;
  if (poll(ends.data(), ends.size(), wait_ms) <= 0) return moved;
  if (ends[2].revents != 0) read_errors();
  if (ends[1].revents != 0) {
    auto const before = output.size();
    moved.ended = !read_from(output_, output);
    moved.read = output.size() > before;
  }
  if (ends[0].revents != 0) moved.written = write_to(input, moved.input_closed);
  return moved;
}

/// Whether the process ended within `seconds`. What it still writes is read, so that it can end.
bool ChildProcess::wait_for(double seconds) noexcept {
  auto const start = std::chrono::steady_clock::now();
  while (true) {
    pid_t const found = waitpid(process_, &status_, WNOHANG);
    if (found == process_) reaped_ = true;
    if (found < 0 && errno != EINTR) reaped_ = true;
    if (reaped_) return true;
    if (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() >= seconds) return false;
    timespec const pause{0, kWaitNanoseconds};
    nanosleep(&pause, nullptr);
  }
}

void ChildProcess::finish() noexcept {
  if (reaped_ || process_ <= 0) return;
  close_end(input_);
  if (wait_for(kGraceSeconds)) return;
  kill(-process_, SIGTERM);
  if (wait_for(kGraceSeconds)) return;
  kill(-process_, SIGKILL);
  static_cast<void>(wait_for(kGraceSeconds));
}

std::string ChildProcess::ending() {
  finish();
  if (WIFSIGNALED(status_)) return fmt::format("signal {} ({})", WTERMSIG(status_), strsignal(WTERMSIG(status_)));
  return fmt::format("exit status {}", WEXITSTATUS(status_));
}

std::string ChildProcess::last_errors() {
  for (auto before = std::string::npos; errors_ >= 0 && before != error_text_.size();) {
    before = error_text_.size();
    read_errors();
  }
  auto const last = error_text_.find_last_not_of(" \t\r\n");
  if (last == std::string::npos) return {};
  std::string_view const text(error_text_.data(), last + 1);
  std::size_t begin = text.size();
  for (std::size_t lines = 0; lines < kErrorLines && begin != 0; ++lines) {
    auto const newline = text.rfind('\n', begin - 1);
    begin = newline == std::string_view::npos ? 0 : newline;
  }
  auto const shown = text.substr(begin == 0 ? 0 : begin + 1);
  return std::string(shown.substr(shown.size() - std::min(shown.size(), kErrorBytes)));
}

}  // namespace limpid
