// Does a little of everything a module may do: coroutine, timer, sockets, edge, pool, media thread.
#include <strowger/module.hpp>

#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>

namespace {

namespace asio = boost::asio;
using namespace strowger;

class answerer {
public:
    virtual ~answerer() = default;
    virtual int answer() = 0;
};

struct own_fact {
    static constexpr std::string_view name = "GOOD";
    void fields(field_sink&) const {}
};

class good final : public module, answerer {
public:
    explicit good(context& ctx) : ctx_(ctx) {}

    result<void> start() override {
        application echo{"good_app", "", "does nothing", false, {}};
        echo.run = [](channel&, std::string) -> task<> { co_return; };
        command inline_check{
            "good_inline", capability::read, "", "is dispatch inline?", {}, {}, {}};
        inline_check.run = [this](command_request) { return check_inline(); };
        command work{"good_work", capability::read, "", "works everywhere", {}, {}, {}};
        work.run = [this](command_request) { return work_everywhere(); };
        command hold{"good_hold", capability::read, "", "runs until it is told", {}, {}, {}};
        hold.run = [this](command_request) { return hold_on(); };
        command release{"good_release", capability::read, "", "ends good_hold", {}, {}, {}};
        release.answer = [this](const command_request&) {
            released_ = true;
            return command_reply{true, "+OK"};
        };
        app_ = ctx_.registry().add(echo).value();
        inline_ = ctx_.registry().add(inline_check).value();
        work_ = ctx_.registry().add(work).value();
        hold_ = ctx_.registry().add(hold).value();
        release_ = ctx_.registry().add(release).value();
        interface_ = ctx_.registry().provide<answerer>("answerer/1", *this).value();
        hears_ = ctx_.bus().subscribe<own_fact>([this](const own_fact&) { ++heard_; });
        ctx_.spawn("ticker", tick());
        ctx_.spawn("captures", [this, text = std::string("some text kept by the lambda")] {
            return use_capture(text);
        });
        alarm_ = ctx_.clock().after(std::chrono::hours(1), [this] { ++heard_; });
        return {};
    }
    void stop() noexcept override { released_ = true; }
    int answer() override { return 42; }

private:
    task<> tick() {
        for (;;) {
            co_await ctx_.sleep_for(milliseconds(1));
            ctx_.bus().publish(own_fact{});
        }
    }
    task<> use_capture(std::string text) {
        co_await ctx_.sleep_for(milliseconds(1));
        ctx_.log().debug(text);
    }
    task<command_reply> check_inline() {
        co_await asio::post(ctx_.executor(), asio::use_awaitable);
        bool here = false;
        asio::dispatch(ctx_.executor(), [&here] { here = true; });
        bool loop = here;
        here = false;
        auto edge = ctx_.edge(0);
        co_await asio::post(edge, asio::use_awaitable);
        // The coroutine's executor is the control loop's: this ran there again, so ask the edge.
        auto asked = std::make_shared<std::atomic<int>>(0);
        asio::post(edge, [edge, asked] {
            bool inner = false;
            asio::dispatch(edge, [&inner] { inner = true; });
            asked->store(inner ? 1 : 2);
        });
        while (asked->load() == 0) co_await ctx_.sleep_for(milliseconds(1));
        co_return command_reply{true, loop && asked->load() == 1 ? "inline" : "elsewhere"};
    }
    task<command_reply> work_everywhere() {
        std::function<int()> slow = [] { return 6 * 7; };
        int pooled = co_await ctx_.blocking(slow);
        asio::ip::udp::socket to(ctx_.executor(),
                                 asio::ip::udp::endpoint(asio::ip::address_v4::loopback(), 0));
        asio::ip::udp::socket from(ctx_.executor(),
                                   asio::ip::udp::endpoint(asio::ip::address_v4::loopback(), 0));
        std::string sent = "ping", got(16, ' ');
        co_await from.async_send_to(asio::buffer(sent), to.local_endpoint(), asio::use_awaitable);
        auto size = co_await to.async_receive(asio::buffer(got), asio::use_awaitable);
        asio::ip::tcp::acceptor acceptor(
            ctx_.edge(1), asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        acceptor.async_accept([](boost::system::error_code, asio::ip::tcp::socket) {});
        asio::ip::tcp::socket client(ctx_.handshakes());
        co_await client.async_connect(acceptor.local_endpoint(), asio::use_awaitable);
        auto strand = asio::make_strand(ctx_.executor());
        co_await asio::post(strand, asio::use_awaitable);
        using signature = void(boost::system::error_code, int);
        asio::experimental::channel<signature> channel(ctx_.executor(), 1);
        channel.try_send(boost::system::error_code(), 1);
        auto one = co_await channel.async_receive(asio::use_awaitable);
        ctx_.media(0).post([text = std::make_shared<int>(1)] { *text = 2; });
        asio::steady_timer timer(ctx_.executor(), milliseconds(1));
        co_await timer.async_wait(asio::use_awaitable);
        bool fine = pooled == 42 && size == 4 && one == 1;
        co_return command_reply{fine, fine ? "worked" : "failed"};
    }
    task<command_reply> hold_on() {
        while (!released_) co_await ctx_.sleep_for(milliseconds(1));
        co_return command_reply{true, "held"};
    }

    context& ctx_;
    int heard_ = 0;
    bool released_ = false;
    token app_, inline_, work_, hold_, release_, interface_, hears_, alarm_;
};

}  // namespace

STROWGER_MODULE(good)
