// An executor whose every pending handler, and every piece of tracked work (an operation that
// waits), is a counted use of a module. The loader unmaps nothing before that count is zero.
//
// Modules get it as any_io_executor, made in the core's code: what is instantiated for it is the
// core's, so a use is returned by code that stays mapped.
#pragma once

#include "runtime/module_uses.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <type_traits>
#include <utility>

namespace strowger {

template <class Inner, bool Tracked = false>
class counted_executor {
public:
    counted_executor(Inner inner, module_uses::counter& counter) noexcept
        : inner_(std::move(inner)), counter_(&counter) {
        if constexpr (Tracked) counter_->add();
    }
    counted_executor(const counted_executor& other) noexcept
        : inner_(other.inner_), counter_(other.counter_) {
        if constexpr (Tracked) counter_->add();
    }
    counted_executor& operator=(const counted_executor& other) noexcept {
        if constexpr (Tracked) {
            other.counter_->add();
            counter_->release();
        }
        inner_ = other.inner_;
        counter_ = other.counter_;
        return *this;
    }
    ~counted_executor() {
        if constexpr (Tracked) counter_->release();
    }

    friend bool operator==(const counted_executor& a, const counted_executor& b) noexcept {
        return a.counter_ == b.counter_ && a.inner_ == b.inner_;
    }
    friend bool operator!=(const counted_executor& a, const counted_executor& b) noexcept {
        return !(a == b);
    }

    // The context, blocking, relationship and allocator: as the executor beneath.
    template <class Property>
    auto query(const Property& property) const
        noexcept(boost::asio::is_nothrow_query<const Inner&, Property>::value)
            -> std::enable_if_t<boost::asio::can_query<const Inner&, Property>::value,
                                typename boost::asio::query_result<const Inner&, Property>::type> {
        return boost::asio::query(inner_, property);
    }

    auto require(boost::asio::execution::outstanding_work_t::tracked_t property) const {
        auto inner = boost::asio::require(inner_, property);
        return counted_executor<decltype(inner), true>(inner, *counter_);
    }
    auto require(boost::asio::execution::outstanding_work_t::untracked_t property) const {
        auto inner = boost::asio::require(inner_, property);
        return counted_executor<decltype(inner), false>(inner, *counter_);
    }
    template <class Property>
    auto require(const Property& property) const -> std::enable_if_t<
        boost::asio::can_require<const Inner&, Property>::value,
        counted_executor<typename boost::asio::require_result<const Inner&, Property>::type,
                         Tracked>> {
        return {boost::asio::require(inner_, property), *counter_};
    }

    template <class Handler>
    void execute(Handler&& handler) const {
        inner_.execute(
            counted_handler<std::decay_t<Handler>>(*counter_, std::forward<Handler>(handler)));
    }

private:
    template <class Handler>
    class counted_handler {
    public:
        template <class From>
        counted_handler(module_uses::counter& counter, From&& handler)
            : use_(&counter), handler_(std::forward<From>(handler)) {}
        counted_handler(counted_handler&&) = default;
        counted_handler(const counted_handler&) = default;

        void operator()() {
            running_scope shown(static_cast<module_uses::counter*>(use_.counter())->module());
            std::move(handler_)();
        }

    private:
        use use_;  // declared first: returned last
        Handler handler_;
    };

    Inner inner_;
    module_uses::counter* counter_;
};

// On the context `on`, counted by `counter`. Both outlive it.
boost::asio::any_io_executor make_counted_executor(boost::asio::io_context& on,
                                                   module_uses::counter& counter);

}  // namespace strowger
