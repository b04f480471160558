# frozen_string_literal: true

# Performs the cases of tests/conformance, and says of each what became of it.

require "json"
require_relative "data_connectors"

# A case of the file, on its way: what it asks for, what the call gave, and whether that is what the case expects.
class Case
  # What is not as the case expects.
  class Unexpected < StandardError; end

  # What one caller got.
  Outcome = Struct.new(:rows, :pages, :error, :took_ms) do
    def take(page)
      pages << page
      rows.concat(page.to_a)
    end
  end

  FIELDS = %w[name settings options call per_page starting_after prefetch stop_after then cancel_after_ms
              shutdown_after_ms closed callers expect].freeze
  SETTINGS = DataConnectors.const_get(:Arguments)::SETTINGS.keys.map(&:to_s).freeze
  THEN = [nil, "resume", "go_on"].freeze
  OF_PAGE = %w[next_cursor request_id rate_limit rate_limit_remaining rate_limit_reset].freeze
  OF_ERROR = DataConnectors::Error::FACTS.map(&:to_s).freeze

  def initialize(fields)
    @fields = fields
    @expected = { "error" => nil, "least_ms" => 0, "most_ms" => 10_000 }.merge(fields.fetch("expect"))
  end

  def run
    unknown = @fields.keys - FIELDS + @fields.fetch("settings").keys - SETTINGS
    raise Unexpected, "this runner doesn't know #{unknown.join(", ")}" unless unknown.empty?
    raise Unexpected, "this runner doesn't know then: #{@fields["then"]}" unless THEN.include?(@fields["then"])

    settings = { **@fields.fetch("settings").transform_keys(&:to_sym), options: @fields["options"] }
    outcomes = DataConnectors::Client.open(**settings) { |made| calls(made) }
    outcomes.each { |outcome| judge(outcome) }
  rescue DataConnectors::Error => e
    judge(Outcome.new([], [], e, 0))
  end

  private

  def calls(client)
    say(client.inspect)
    say(client.instance_variables.map { |name| client.instance_variable_get(name).inspect }.join(" "))
    client.close if @fields["closed"]
    Array.new(@fields.fetch("callers", 1)) { Thread.new { call(client) } }.map(&:value)
  end

  def call(client)
    outcome = Outcome.new([], [], nil, 0)
    cancel = DataConnectors::CancelToken.new
    timers = [after("cancel_after_ms") { cancel.cancel }, after("shutdown_after_ms") { client.shutdown }].compact
    started = now_ms
    begin
      perform(client, cancel, outcome)
    rescue DataConnectors::Error => e
      outcome.error = e
    end
    outcome.took_ms = now_ms - started
    timers.each { |timer| timer.kill.join }
    outcome
  end

  # At once if it is to be before the call.
  def after(field)
    wait = @fields[field]
    return wait && (yield && nil) if wait.nil? || wait.zero?

    Thread.new { sleep(wait / 1000.0) && yield }
  end

  def now_ms = Process.clock_gettime(Process::CLOCK_MONOTONIC, :float_millisecond)

  def perform(client, cancel, outcome)
    arguments = @fields.slice("per_page", "starting_after", "prefetch").transform_keys(&:to_sym)
    arguments[:cancel] = cancel
    case @fields["call"]
    when "client" then nil
    when "page" then outcome.take(client.list_page(**arguments))
    when "pages" then walk_pages(client, arguments, outcome)
    when "connectors" then walk_connectors(client, arguments, outcome)
    else raise Unexpected, "this runner doesn't know the call #{@fields["call"]}"
    end
  end

  def walk_pages(client, arguments, outcome)
    pages = client.pages(**arguments)
    begin
      take_pages(pages, @fields["stop_after"], outcome)
    rescue DataConnectors::Error => e
      raise unless @fields["then"] == "go_on"

      outcome.error = e
      take_pages(pages, nil, outcome)
    end
    return unless @fields["then"] == "resume"

    take_pages(client.pages(**arguments, starting_after: pages.cursor), nil, outcome)
  end

  def take_pages(pages, most, outcome)
    pages.each.with_index(1) do |page, taken|
      outcome.take(page)
      break if taken == most
    end
  end

  def walk_connectors(client, arguments, outcome)
    raise Unexpected, "this runner doesn't know \"then\" of connectors" if @fields.key?("then")

    client.connectors(**arguments).each do |connector|
      outcome.rows << connector
      break if outcome.rows.size == @fields["stop_after"]
    end
  end

  def judge(outcome)
    say("#{outcome.error.full_message(highlight: false)}\n#{outcome.error.inspect}") if outcome.error
    judge_error(outcome.error, @expected["error"])
    between = @expected.values_at("least_ms", "most_ms")
    took = outcome.took_ms.round
    raise Unexpected, "it took #{took} ms, and not #{between.join(" to ")}" unless took.between?(*between)

    @expected.except("error", "least_ms", "most_ms").each { |name, value| judge_value(name, value, outcome) }
  end

  def judge_value(name, value, outcome)
    case name
    when "rows" then judge_rows(outcome.rows, value)
    when "ids" then check(name, outcome.rows.map(&:id), value)
    when "pages" then check(name, outcome.pages.size, value)
    when *OF_PAGE then check(name, outcome.pages.last&.public_send(name), value)
    else raise Unexpected, "this runner doesn't know expect.#{name}"
    end
  end

  def judge_error(error, expected)
    return check("the error", error, expected) if error.nil? || expected.nil?

    expected.each do |name, value|
      case name
      when "status" then check("the status of #{error.inspect}", status_of(error), value)
      when "says" then value.each { |part| raise_unless_said(error, part) }
      when *OF_ERROR then check(name, error.public_send(name), value)
      else raise Unexpected, "this runner doesn't know expect.error.#{name}"
      end
    end
  end

  def status_of(error)
    error.is_a?(DataConnectors::ClosedError) && error.message.include?("closed") ? "closed" : error.status_name
  end

  def raise_unless_said(error, part)
    raise Unexpected, "#{error.inspect} has no #{part.inspect}" unless error.message.include?(part)
  end

  def judge_rows(rows, expected)
    check("the number of rows", rows.size, expected.size)
    rows.zip(expected) { |row, fields| fields.each { |name, value| check(name, row[name], value) } }
  end

  def check(what, got, expected)
    raise Unexpected, "#{what} is #{got.inspect}, and not #{expected.inspect}" unless got == expected
  end

  def say(text) = text.each_line(chomp: true) { |line| puts "# #{line}" }
end

$stdout.sync = true
JSON.parse(File.read(ARGV.fetch(0), encoding: "UTF-8")).each do |fields|
  Case.new(fields).run
  puts "ok #{fields["name"]}"
rescue StandardError => e
  told = e.is_a?(Case::Unexpected) ? e.message : e.full_message(highlight: false)
  puts "not ok #{fields["name"]}: #{told.split.join(" ")}"
end
