// libLibTorchSharp.so of TorchSharp 0.107 is built with GCC 13 and asks libstdc++ for one symbol of GLIBCXX_3.4.32,
// std::ios_base_library_init(). Systems with GCC 12 (Debian 12) do not have it, and the load fails with a message that
// names another file. The older std::ios_base::Init::Init() does the same work and ignores `this` (the streams are
// static objects), so an output folder's copy of the file can be told to use that one: three small edits of its dynamic
// symbol table, none of its code. Only Runtime/TorchRuntime.cs decides whether the system needs it.
using System.Buffers.Binary;
using System.Text;

namespace RsrPlugins.Trainer.Runtime;

/// <summary>Redirects one undefined, versioned symbol of a 64-bit little-endian ELF library to another one.</summary>
internal static class ElfSymbolPatch
{
    internal const string WantedSymbol = "_ZSt21ios_base_library_initv";
    internal const string OlderSymbol = "_ZNSt8ios_base4InitC1Ev";
    internal const string WantedVersion = "GLIBCXX_3.4.32";
    internal const string OlderVersion = "GLIBCXX_3.4";

    private const int SectionHeaderLength = 64;
    private const int SymbolLength = 24;
    private const ushort WeakNeed = 2;

    /// <summary>Edits the image in memory.</summary>
    /// <returns>False if the library does not ask for the symbol (nothing to do, or already done).</returns>
    /// <exception cref="InvalidDataException">Not a 64-bit little-endian ELF library, or one without the tables needed.</exception>
    internal static bool Apply(Span<byte> elf)
    {
        if (elf.Length < 64 || !elf[..6].SequenceEqual("\u007fELF\u0002\u0001"u8))
        {
            throw new InvalidDataException("Not a 64-bit little-endian ELF file.");
        }

        List<Section> sections = ReadSections(elf);
        Section symbols = Find(sections, type: 11, ".dynsym");
        Section versions = Find(sections, type: 0x6fffffff, ".gnu.version");
        Section needs = Find(sections, type: 0x6ffffffe, ".gnu.version_r");
        Section names = sections[symbols.Link];

        for (int index = 0; index < symbols.Length / SymbolLength; index++)
        {
            int nameOffset = names.Offset + (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(symbols.Offset + (index * SymbolLength))..]);
            if (ReadName(elf, nameOffset) != WantedSymbol)
            {
                continue;
            }

            int olderVersion = FindNeed(elf, needs, names, OlderVersion);
            int wantedNeed = FindNeed(elf, needs, names, WantedVersion);
            Encoding.ASCII.GetBytes(OlderSymbol + '\0', elf[nameOffset..]);
            elf[(versions.Offset + (index * 2))..][0] = elf[olderVersion + 6];
            elf[(versions.Offset + (index * 2))..][1] = elf[olderVersion + 7];
            Span<byte> flags = elf[(wantedNeed + 4)..];
            BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | WeakNeed));
            return true;
        }

        return false;
    }

    private static List<Section> ReadSections(ReadOnlySpan<byte> elf)
    {
        int table = (int)BinaryPrimitives.ReadUInt64LittleEndian(elf[40..]);
        ushort count = BinaryPrimitives.ReadUInt16LittleEndian(elf[60..]);
        List<Section> sections = new List<Section>(count);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = elf.Slice(table + (i * SectionHeaderLength), SectionHeaderLength);
            sections.Add(
                new Section(
                    BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
                    (int)BinaryPrimitives.ReadUInt64LittleEndian(header[24..]),
                    (int)BinaryPrimitives.ReadUInt64LittleEndian(header[32..]),
                    (int)BinaryPrimitives.ReadUInt32LittleEndian(header[40..])
                )
            );
        }

        return sections;
    }

    private static Section Find(List<Section> sections, uint type, string name) =>
        sections.Find(section => section.Type == type) ?? throw new InvalidDataException($"The ELF file has no {name} section.");

    /// <summary>The offset of the Elf64_Vernaux entry of a version (hash 4, flags 2, other 2, name 4, next 4 bytes).</summary>
    private static int FindNeed(ReadOnlySpan<byte> elf, Section needs, Section names, string version)
    {
        int need = needs.Offset;
        while (true)
        {
            int entry = need + (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(need + 8)..]);
            for (ushort i = BinaryPrimitives.ReadUInt16LittleEndian(elf[(need + 2)..]); i > 0; i--)
            {
                if (ReadName(elf, names.Offset + (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(entry + 8)..])) == version)
                {
                    return entry;
                }

                entry += (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(entry + 12)..]);
            }

            int next = (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(need + 12)..]);
            need = next != 0 ? need + next : throw new InvalidDataException($"The ELF file does not need version {version}.");
        }
    }

    private static string ReadName(ReadOnlySpan<byte> elf, int offset)
    {
        ReadOnlySpan<byte> text = elf[offset..];
        return Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]);
    }

    private sealed record Section(uint Type, int Offset, int Length, int Link);
}
