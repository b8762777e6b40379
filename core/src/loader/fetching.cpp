// From a file that an operator named to one that fits this program, and its private copy.
#include "loader/loader.hpp"

#include "runtime/waiter.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <optional>

namespace strowger {

result<loader::candidate> loader::fetch(const std::string& name, const std::string& file) {
    auto begun = real::now();
    auto bytes = read_file(file);
    if (!bytes) return bytes.error();
    auto about = read_stamp(*bytes, file);
    if (!about) return about.error();
    if (about->name != name)
        return fail(errc::invalid_argument, cat(file, " is the module ", about->name, ", not ",
                                                name, ": a module's file carries its name"));
    auto fits = compare_tags(cat(name, " (", file, ")"), about->tag, options_.abi_tag);
    if (!fits) return fits.error();
    if (std::find(about->needs.begin(), about->needs.end(), name) != about->needs.end())
        return fail(errc::invalid_argument, cat(name, " needs itself: it is built wrong"));
    auto copy = copies_.write(name, *bytes);
    if (!copy) return copy.error();
    return candidate{std::move(*about), file, std::move(*copy), begun};
}

task<result<loader::candidate>> loader::fetch_aside(std::string name, std::string file) {
    struct box {
        explicit box(boost::asio::io_context& loop) : over(loop.get_executor()) {}
        waiter over;
        std::optional<result<candidate>> outcome;
    };
    auto at = std::make_shared<box>(shared_.loop);
    std::function<void()> work = [this, at, name, file] {
        try {
            at->outcome.emplace(fetch(name, file));
        } catch (const std::exception& thrown) {  // no memory for so large a file
            at->outcome.emplace(fail(errc::limit_reached, cat(file, " cannot be read: ",
                                                              std::string_view(thrown.what()))));
        }
        boost::asio::post(shared_.loop, [at] { at->over.wake(); });
    };
    if (!shared_.pool.post(work, nullptr)) work();  // full: done here
    co_await at->over.wait_until(shared_.clock, steady_time::max());
    co_return std::move(*at->outcome);
}

}  // namespace strowger
