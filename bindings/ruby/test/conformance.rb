# frozen_string_literal: true

# Runs the cases of tests/conformance and prints a result for each.

require "json"
require_relative "../lib/data_connectors"

# A case: what to call, and what to expect.
class Case
  # The outcome differs from what the case expects.
  class Unexpected < StandardError; end

  # The result of a call.
  Outcome = Struct.new(:rows, :pages, :error, :duration_ms, :snapshot, :diff) do
    def add(page)
      pages << page
      rows.concat(page.to_a)
    end
  end

  FIELDS = %w[name settings options call per_page starting_after prefetch stop_after then cancel_after_ms
              shutdown_after_ms closed callers overlap_ms max_passes snapshot_timeout_ms stored expect].freeze
  PAGE_FIELDS = %w[next_cursor request_id rate_limit rate_limit_remaining rate_limit_reset].freeze
  ERROR_FIELDS = %w[http_status api_code api_field request_id retry_after_ms attempts
                    rate_limit rate_limit_remaining rate_limit_reset].freeze

  def initialize(fields)
    @fields = fields
    @expected = { "error" => nil, "min_ms" => 0, "max_ms" => 10_000 }.merge(fields.fetch("expect"))
  end

  def run
    unknown = @fields.keys - FIELDS
    raise Unexpected, "unknown field #{unknown.first}" unless unknown.empty?

    outcomes = DataConnectors::Client.open(**options) { |client| run_callers(client) }
    outcomes.each { |outcome| check_outcome(outcome) }
  rescue DataConnectors::Error => e
    check_outcome(Outcome.new([], [], e, 0))
  end

  private

  # The access token has a shorter name in the cases.
  def options
    settings = @fields.fetch("settings").transform_keys { |name| name == "token" ? "access_token" : name }
    settings.merge(@fields.fetch("options", {})).transform_keys(&:to_sym)
  end

  def run_callers(client)
    print_text(client.inspect)
    print_text(client.instance_variables.map { |name| client.instance_variable_get(name).inspect }.join(" "))
    client.close if @fields["closed"]
    Array.new(@fields.fetch("callers", 1)) { Thread.new { run_call(client) } }.map(&:value)
  end

  def run_call(client)
    outcome = Outcome.new([], [], nil, 0)
    cancel_token = DataConnectors::CancelToken.new
    timers = [after("cancel_after_ms") { cancel_token.cancel }, after("shutdown_after_ms") { client.shutdown }].compact
    started = now_ms
    begin
      perform(client, cancel_token, outcome)
    rescue DataConnectors::Error => e
      outcome.error = e
    end
    outcome.duration_ms = now_ms - started
    timers.each { |timer| timer.kill.join }
    outcome
  end

  def after(field)
    delay = @fields[field]
    return delay && (yield && nil) if delay.nil? || delay.zero?

    Thread.new { sleep(delay / 1000.0) && yield }
  end

  def now_ms = Process.clock_gettime(Process::CLOCK_MONOTONIC, :float_millisecond)

  def perform(client, cancel_token, outcome)
    names = %w[per_page starting_after prefetch overlap_ms max_passes snapshot_timeout_ms]
    arguments = @fields.slice(*names).transform_keys { |name| name.delete_prefix("snapshot_").to_sym }
    arguments[:cancel_token] = cancel_token
    case @fields["call"]
    when "client" then nil
    when "page" then outcome.add(client.list_page(**arguments))
    when "pages" then iterate_pages(client, arguments, outcome)
    when "connectors" then iterate_connectors(client, arguments, outcome)
    when "snapshot", "load" then take_snapshot(client, arguments, outcome)
    else raise Unexpected, "unknown call #{@fields["call"]}"
    end
  end

  def iterate_pages(client, arguments, outcome)
    pages = client.pages(**arguments)
    continued = @fields["then"]
    raise Unexpected, "unknown then: #{continued}" unless [nil, "resume", "continue"].include?(continued)

    begin
      receive_pages(pages, @fields["stop_after"], outcome)
    rescue DataConnectors::Error => e
      raise unless continued == "continue"

      outcome.error = e
      receive_pages(pages, nil, outcome)
    end
    receive_pages(client.pages(**arguments, starting_after: pages.cursor), nil, outcome) if continued == "resume"
  end

  def receive_pages(pages, limit, outcome)
    pages.each.with_index(1) do |page, count|
      outcome.add(page)
      break if count == limit
    end
  end

  def iterate_connectors(client, arguments, outcome)
    raise Unexpected, "unknown field then" if @fields.key?("then")

    client.list(**arguments).each do |connector|
      outcome.rows << connector
      break if outcome.rows.size == @fields["stop_after"]
    end
  end

  def take_snapshot(client, arguments, outcome)
    load = @fields["call"] == "load"
    first = load ? DataConnectors::Snapshot.load(@fields["stored"]) : client.snapshot(**arguments)
    outcome.snapshot =
      case @fields["then"]
      when nil then first
      when "store" then DataConnectors::Snapshot.load(first.json)
      when "refresh" then client.snapshot(**arguments, previous: first)
      when "again" then client.snapshot(**arguments)
      else raise Unexpected, "unknown then: #{@fields["then"]}"
      end
    print_text(outcome.snapshot.inspect)
    outcome.rows = outcome.snapshot.to_a
    outcome.diff = outcome.snapshot.diff(first)
  end

  def check_outcome(outcome)
    print_text("#{outcome.error.full_message(highlight: false)}\n#{outcome.error.inspect}") if outcome.error
    check_error(outcome.error, @expected["error"])
    bounds = @expected.values_at("min_ms", "max_ms")
    duration = outcome.duration_ms.round
    raise Unexpected, "took #{duration} ms, expected #{bounds.join(" to ")}" unless duration.between?(*bounds)

    @expected.except("error", "min_ms", "max_ms").each { |name, value| check_value(name, value, outcome) }
  end

  def check_value(name, value, outcome)
    case name
    when "rows" then check_rows(outcome.rows, value)
    when "ids" then check(name, outcome.rows.map(&:id), value)
    when "pages" then check(name, outcome.pages.size, value)
    when *PAGE_FIELDS then check(name, outcome.pages.last&.public_send(name), value)
    when "state", "reason", "as_of_ms", "stored_contains" then check_snapshot(name, value, outcome.snapshot)
    when "diff" then check_diff(outcome.diff, value)
    else raise Unexpected, "unknown field expect.#{name}"
    end
  end

  def check_snapshot(name, value, snapshot)
    case name
    when "state" then check(name, [snapshot.state, snapshot.complete?], [value, value == "complete"])
    when "stored_contains" then value.each { |part| check_part("stored form", snapshot.json, part) }
    when "reason"
      value ? value.each { |part| check_part(name, snapshot.reason.to_s, part) } : check(name, snapshot.reason, nil)
    else check(name, snapshot.public_send(name), value)
    end
  end

  def check_diff(diff, expected)
    changed = diff["changed"].to_h do |change|
      old, new = change.values_at("old", "new")
      check("the rows of #{change} in changed", [old["id"], new["id"], old == new], [*[change["id"]] * 2, false])
      change.values_at("id", "fields")
    end
    ids = diff.slice("added", "removed").transform_values { |rows| rows&.map { |row| row["id"] } }
    actual = { **ids, "changed" => changed }
    expected.each do |name, value|
      raise Unexpected, "unknown field expect.diff.#{name}" unless actual.key?(name)

      check(name, actual[name], value)
    end
  end

  def check_error(error, expected)
    return check("error", error, expected) if error.nil? || expected.nil?

    expected.each do |name, value|
      case name
      when "status" then check("status of #{error.inspect}", status_of(error), value)
      when "message" then value.each { |part| check_part("message of #{error.class}", error.message, part) }
      when *ERROR_FIELDS then check(name, error.public_send(name), value)
      else raise Unexpected, "unknown field expect.error.#{name}"
      end
    end
  end

  def status_of(error)
    error.is_a?(DataConnectors::ClosedError) && error.message.include?("closed") ? "closed" : error.status_name
  end

  def check_part(name, text, part)
    raise Unexpected, "the #{name} #{text.inspect} lacks #{part.inspect}" unless text.include?(part)
  end

  def check_rows(rows, expected)
    check("number of rows", rows.size, expected.size)
    rows.zip(expected) do |row, fields|
      # The gem has the strings only.
      fields.except("state_code", "http_method_code").each { |name, value| check(name, row[name], value) }
    end
  end

  def check(name, actual, expected)
    raise Unexpected, "#{name} is #{actual.inspect}, expected #{expected.inspect}" unless actual == expected
  end

  def print_text(text) = text.each_line(chomp: true) { |line| puts "# #{line}" }
end

$stdout.sync = true
JSON.parse(File.read(ARGV.fetch(0), encoding: "UTF-8")).each do |fields|
  Case.new(fields).run
  puts "ok #{fields["name"]}"
rescue StandardError => e
  reason = e.is_a?(Case::Unexpected) ? e.message : e.full_message(highlight: false)
  puts "not ok #{fields["name"]}: #{reason.split.join(" ")}"
end
