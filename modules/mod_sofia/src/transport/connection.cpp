#include "transport/connection.hpp"

#include "message/build.hpp"

#include <strowger/text.hpp>

#include <boost/asio/post.hpp>

namespace strowger::sofia {
namespace {

constexpr int reads_in_a_row = 4;  // then others of this thread have their turn

}  // namespace

void connection::open(hub_ptr hub, unique_fd fd, openssl_ptr<SSL> ssl, stream_facts facts,
                      connection_limits::place place, std::uint64_t order) {
    auto edge = hub->next_edge();
    auto begin = [hub, edge, fd = std::move(fd), ssl = std::move(ssl), facts = std::move(facts),
                  place = std::move(place), order]() mutable {
        if (facts.tls.verified) place->trust();
        auto made = std::make_shared<connection>(hub, edge, std::move(fd), std::move(ssl),
                                                 std::move(place));
        auto flow = std::make_shared<stream_flow>(hub, edge, std::move(facts));
        made->flow_ = flow;
        boost::asio::post(hub->loop, [hub, flow, made, order] {
            flow->attach(made);
            if (hub->inside) return hub->inside->opened(flow, order);
            flow->close("the profile stops");
            flow->ended();
        });
        made->pump();
    };
    boost::asio::post(edge, std::move(begin));
}

connection::connection(hub_ptr hub, executor edge, unique_fd fd, openssl_ptr<SSL> ssl,
                       connection_limits::place place)
    : hub_(std::move(hub)),
      edge_(std::move(edge)),
      place_(std::move(place)),
      reader_({hub_->settings.max_message_bytes, hub_->settings.max_headers}) {
    auto number = fd.get();
    descriptor_.emplace(edge_, number);
    fd.release();
    stream_.emplace(number, std::move(ssl));
}

void connection::write(std::string_view bytes) {
    if (!open_now()) return;
    pending_.append(bytes);
    write_some();
    if (open_now()) wait();
}

void connection::shut(std::string_view reason) {
    if (!open_now()) return;
    stream_->finish();
    stream_.reset();
    descriptor_.reset();  // what waits on it ends, and it is closed
    place_.reset();
    std::string().swap(pending_);
    auto told = [hub = hub_, flow = std::move(flow_), reason = std::string(reason)] {
        flow->ended();
        if (hub->inside) hub->inside->closed(flow, reason);
    };
    flow_.reset();
    boost::asio::post(hub_->loop, std::move(told));
}

void connection::pump() {
    if (!open_now()) return;
    write_some();
    if (open_now()) take_items();
    if (open_now()) read_some();
    if (open_now()) wait();
}

void connection::write_some() {
    write_needs_read_ = write_needs_write_ = false;
    while (pending_at_ < pending_.size()) {
        auto done = stream_->write(std::string_view(pending_).substr(pending_at_));
        if (done.what == io_outcome::moved) {
            pending_at_ += done.bytes;
            flow_->unsent.fetch_sub(done.bytes, std::memory_order_relaxed);
        } else if (done.what == io_outcome::want_write) {
            write_needs_write_ = true;
            return;
        } else if (done.what == io_outcome::want_read) {
            write_needs_read_ = true;
            return;
        } else {
            return shut(done.what == io_outcome::ended ? "the peer closed it" : done.why);
        }
    }
    std::string().swap(pending_);
    pending_at_ = 0;
}

void connection::read_some() {
    char room[16384];
    for (int i = 0; i < reads_in_a_row; ++i) {
        read_needs_read_ = read_needs_write_ = false;
        if (flow_->paused.load()) return;
        auto done = stream_->read(room, sizeof room);
        if (done.what == io_outcome::moved) {
            reader_.feed({room, done.bytes});
            take_items();
            if (!open_now()) return;
        } else if (done.what == io_outcome::want_read) {
            read_needs_read_ = true;
            return;
        } else if (done.what == io_outcome::want_write) {
            read_needs_write_ = true;
            return;
        } else {
            return shut(done.what == io_outcome::ended ? "the peer closed it" : done.why);
        }
    }
    if (again_) return;
    again_ = true;
    boost::asio::post(edge_, [self = shared_from_this()] {
        self->again_ = false;
        self->pump();
    });
}

void connection::take_items() {
    while (open_now() && !flow_->paused.load()) {
        auto found = reader_.next();
        if (!found) return;
        if (found->what == stream_reader::kind::message ||
            found->what == stream_reader::kind::ping) {
            flow_->heard.store(true, std::memory_order_relaxed);
            flow_->last_heard_ms.store(hub_->now_ms.load(std::memory_order_relaxed),
                                       std::memory_order_relaxed);
        }
        switch (found->what) {
            case stream_reader::kind::message:
                take_message(found->bytes);
                break;
            case stream_reader::kind::ping:
                if (pending_.size() - pending_at_ > hub_->settings.max_unsent_bytes)
                    return shut("it sends pings and does not read the answers");
                flow_->unsent.fetch_add(2, std::memory_order_relaxed);
                pending_.append("\r\n");
                write_some();
                break;
            case stream_reader::kind::refused:
                return refuse(*found);
            case stream_reader::kind::garbage:
                hub_->malformed.fetch_add(1, std::memory_order_relaxed);
                hub_->strangers.write(stranger_log::kind::garbage, log_level::warning,
                                      cat(flow_->name(), " is closed: ", found->why));
                return shut(found->why);
        }
    }
}

void connection::take_message(std::string_view bytes) {
    hub_->received.fetch_add(1, std::memory_order_relaxed);
    hub_->trace(true, flow_->kind(), flow_->remote(), bytes);
    auto parsed = message::parse(bytes);
    if (!parsed) {
        hub_->malformed.fetch_add(1, std::memory_order_relaxed);
        hub_->strangers.write(stranger_log::kind::garbage, log_level::warning,
                              cat(flow_->name(), " is closed: ", parsed.error().text));
        return shut("what it sent is not SIP");
    }
    auto waiting = flow_->unhandled.fetch_add(1) + 1;
    boost::asio::post(hub_->loop, [hub = hub_, flow = flow_, what = std::move(*parsed)]() mutable {
        flow->handled();
        if (hub->inside) hub->inside->received(std::move(what), flow);
    });
    auto most = hub_->settings.max_unhandled_messages;
    if (waiting < most) return;
    flow_->paused.store(true);
    // The loop may have taken them all before it could see the mark.
    if (flow_->unhandled.load() <= most / 2) flow_->paused.store(false);
}

// RFC 3261, 18.3: a stream message without Content-Length gets 400. Where the next one begins is
// not known, so the connection ends.
void connection::refuse(const stream_reader::item& what) {
    auto& counter = what.status == 513 ? hub_->oversized : hub_->malformed;
    counter.fetch_add(1, std::memory_order_relaxed);
    hub_->strangers.write(stranger_log::kind::garbage, log_level::warning,
                          cat(flow_->name(), " is closed: ", what.why));
    hub_->trace(true, flow_->kind(), flow_->remote(), what.bytes);
    auto request = message::parse(what.bytes);
    if (request && request->is_request() && request->method() != sip_method_ack) {
        auto answer = make_response(*request, what.status, what.why).print();
        flow_->unsent.fetch_add(answer.size(), std::memory_order_relaxed);
        hub_->sent.fetch_add(1, std::memory_order_relaxed);
        hub_->trace(false, flow_->kind(), flow_->remote(), answer);
        pending_.append(answer);
        write_some();
    }
    shut(what.why);
}

void connection::wait() {
    using boost::asio::posix::stream_descriptor;
    if ((read_needs_read_ || write_needs_read_) && !waiting_read_) {
        waiting_read_ = true;
        descriptor_->async_wait(stream_descriptor::wait_read,
                                [self = shared_from_this()](boost::system::error_code) {
                                    self->waiting_read_ = false;
                                    self->pump();
                                });
    }
    if ((read_needs_write_ || write_needs_write_) && !waiting_write_) {
        waiting_write_ = true;
        descriptor_->async_wait(stream_descriptor::wait_write,
                                [self = shared_from_this()](boost::system::error_code) {
                                    self->waiting_write_ = false;
                                    self->pump();
                                });
    }
}

}  // namespace strowger::sofia
