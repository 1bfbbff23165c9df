#include "simt/tests/subprocess.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace limpid {
namespace {

/// This process's environment with changes; GoogleTest's shards and reports are the parent's business.
std::vector<std::string> changed_environment(std::map<std::string, std::string> const& changes) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string const text = *entry;
    bool const replaced = changes.count(text.substr(0, text.find('='))) != 0;
    if (!replaced && text.rfind("GTEST_", 0) != 0) all.push_back(text);
  }
  for (auto const& [name, value] : changes) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Outcome run_again(std::string const& gtest_filter, std::map<std::string, std::string> const& environment) {
  std::vector<std::string> arguments{"/proc/self/exe", "--gtest_brief=1", "--gtest_color=no",
                                     "--gtest_filter=" + gtest_filter};
  std::vector<std::string> variables = changed_environment(environment);
  std::vector<char*> const argv = pointers_to(arguments);
  std::vector<char*> const envp = pointers_to(variables);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  pid_t const child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  close(ends[1]);
  Outcome outcome;
  std::array<char, 4096> part{};
  for (ssize_t got = 0; (got = read(ends[0], part.data(), part.size())) > 0;) {
    outcome.output.append(part.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

}  // namespace limpid
