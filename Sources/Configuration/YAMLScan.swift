import CYaml

/// A look at the events of a YAML text before any tree is made of it: what would grow beyond its text, or nests without end, is
/// refused where it stands (I-BOUND-7).
enum YAMLScan {
    /// How deep lists and mappings may nest; JSON on the wire has the same bound.
    static let mostLevels = 32
    /// Values in one file, keys included.
    static let mostValues = 100_000

    /// What is wrong, and its line counted from 1; nil for nothing, and for text that is no YAML: its parser says why.
    static func defect(of text: String) -> (line: Int, what: String)? {
        var text = text
        return text.withUTF8 { bytes in
            var parser = yaml_parser_t()
            guard yaml_parser_initialize(&parser) == 1 else { return nil }
            defer { yaml_parser_delete(&parser) }
            yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
            return defect(in: &parser)
        }
    }

    private static func defect(in parser: inout yaml_parser_t) -> (line: Int, what: String)? {
        var (levels, values) = (0, 0)
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(&parser, &event) == 1 else { return nil }
            defer { yaml_event_delete(&event) }
            let line = Int(event.start_mark.line) + 1
            var anchor: UnsafeMutablePointer<yaml_char_t>?
            switch event.type {
            case YAML_STREAM_END_EVENT: return nil
            case YAML_ALIAS_EVENT: return (line, "aliases are not supported; write the value out")
            case YAML_SCALAR_EVENT: anchor = event.data.scalar.anchor
            case YAML_SEQUENCE_START_EVENT:
                anchor = event.data.sequence_start.anchor
                levels += 1
            case YAML_MAPPING_START_EVENT:
                anchor = event.data.mapping_start.anchor
                levels += 1
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
                levels -= 1
                continue
            default: continue
            }
            values += 1
            if anchor != nil { return (line, "anchors are not supported; write the value out where it is needed") }
            if levels > mostLevels { return (line, "lists and mappings nest deeper than \(mostLevels) levels") }
            if values > mostValues { return (line, "it has more than \(mostValues) values") }
        }
    }
}
