// The effects are compiled against stand-ins, so nothing else would notice a reference that the real Paint.NET does not have.
// This reads what the compiler wrote: every type and member of somebody else's host assemblies that the effects refer to, and
// compares with the list that was checked against the published API documentation. The list grows by a person's hand only.
using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class SurfaceTests
{
    private const string ListName = "PaintDotNetSurface.txt";

    [Fact]
    public void The_effects_refer_to_nothing_of_Paint_NET_that_is_not_on_the_list()
    {
        string[] allowed =
        [
            .. File.ReadAllLines(Repository.File("tests", "RsrPlugins.PaintDotNet.Tests", ListName))
                .Where(line => line.Length > 0 && line[0] != '#'),
        ];
        string[] found = [.. References(typeof(LearnedEffect).Assembly.Location).Order(StringComparer.Ordinal)];

        string[] unknown = [.. found.Except(allowed)];
        string[] unused = [.. allowed.Except(found)];
        Assert.True(
            unknown.Length + unused.Length == 0,
            $"{ListName} and the effects' metadata disagree. Check each new line against the API documentation (assembly, declaring type, signature) before adding it.\nnot on the list:\n{string.Join('\n', unknown)}\non the list, but not referred to:\n{string.Join('\n', unused)}"
        );
    }

    [Fact]
    public void References_name_the_oldest_supported_Paint_NET()
    {
        using PEReader file = new PEReader(File.OpenRead(typeof(LearnedEffect).Assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        string[] versions =
        [
            .. metadata
                .AssemblyReferences.Select(metadata.GetAssemblyReference)
                .Where(reference => metadata.GetString(reference.Name).StartsWith("PaintDotNet.", StringComparison.Ordinal))
                .Select(reference => reference.Version.ToString())
                .Distinct(),
        ];
        Assert.Equal(["5.100.0.0"], versions);
    }

    /// <summary>A reference without the key would be to another assembly than the signed one of .NET.</summary>
    [Theory]
    [InlineData("System.Windows.Forms", "B77A5C561934E089")]
    [InlineData("System.Drawing.Common", "CC7B13FFCD2DDD51")]
    public void References_to_signed_assemblies_name_their_key(string name, string token)
    {
        using PEReader file = new PEReader(File.OpenRead(typeof(LearnedEffect).Assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        AssemblyReference reference = metadata
            .AssemblyReferences.Select(metadata.GetAssemblyReference)
            .Single(reference => metadata.GetString(reference.Name) == name);
        Assert.Equal(
            (token, "9.0.0.0"),
            (Convert.ToHexString(metadata.GetBlobBytes(reference.PublicKeyOrToken)), reference.Version.ToString())
        );
    }

    [Fact]
    public void No_stand_in_lies_beside_the_plugin()
    {
        string folder = Repository.File("src", "RsrPlugins.PaintDotNet", "bin", "Release", "net9.0");
        Assert.SkipUnless(
            Directory.Exists(folder),
            "The plugin was not built in configuration Release: dotnet build src/RsrPlugins.PaintDotNet -c Release"
        );
        string[] standIns = [.. Directory.EnumerateDirectories(Repository.File("sdk")).Select(Path.GetFileName)!];
        Assert.NotEmpty(standIns);
        Assert.Empty(Directory.EnumerateFiles(folder, "*.dll").Select(Path.GetFileNameWithoutExtension).Intersect(standIns));
        string dependencies = File.ReadAllText(Path.Combine(folder, "RsrPlugins.PaintDotNet.deps.json"));
        Assert.DoesNotContain(standIns, name => dependencies.Contains($"\"{name}", StringComparison.Ordinal));
    }

    private static IEnumerable<string> References(string path)
    {
        using PEReader file = new PEReader(File.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        Names names = new Names(metadata);
        foreach (TypeReferenceHandle handle in metadata.TypeReferences)
        {
            if (names.HostAssembly(handle) is string assembly)
            {
                yield return $"{assembly} | {names.Of(handle)}";
            }
        }

        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            MemberReference member = metadata.GetMemberReference(handle);
            (string? assembly, string type) = member.Parent.Kind switch
            {
                HandleKind.TypeReference => (
                    names.HostAssembly((TypeReferenceHandle)member.Parent),
                    names.Of((TypeReferenceHandle)member.Parent)
                ),
                HandleKind.TypeSpecification => names.OfSpecification((TypeSpecificationHandle)member.Parent),
                _ => (null, string.Empty),
            };
            if (assembly is null)
            {
                continue;
            }

            string name = metadata.GetString(member.Name);
            if (member.GetKind() == MemberReferenceKind.Field)
            {
                yield return $"{assembly} | {type} | {member.DecodeFieldSignature(names, null)} {name}";
                continue;
            }

            MethodSignature<string> signature = member.DecodeMethodSignature(names, null);
            string arity = signature.GenericParameterCount > 0 ? $"<{signature.GenericParameterCount}>" : string.Empty;
            string instance = signature.Header.IsInstance ? string.Empty : "static ";
            yield return $"{assembly} | {type} | {instance}{signature.ReturnType} {name}{arity}({string.Join(", ", signature.ParameterTypes)})";
        }
    }

    /// <summary>Spells types out; knows which assembly a reference leads to.</summary>
    private sealed class Names(MetadataReader metadata) : ISignatureTypeProvider<string, object?>
    {
        public string? HostAssembly(TypeReferenceHandle handle)
        {
            TypeReference type = metadata.GetTypeReference(handle);
            if (type.ResolutionScope.Kind == HandleKind.TypeReference)
            {
                return HostAssembly((TypeReferenceHandle)type.ResolutionScope);
            }

            if (type.ResolutionScope.Kind != HandleKind.AssemblyReference)
            {
                return null;
            }

            string assembly = metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name);
            return
                assembly.StartsWith("PaintDotNet.", StringComparison.Ordinal)
                || assembly is "System.Windows.Forms" or "System.Drawing.Common"
                ? assembly
                : null;
        }

        public string Of(TypeReferenceHandle handle)
        {
            TypeReference type = metadata.GetTypeReference(handle);
            string name = metadata.GetString(type.Name);
            string space = metadata.GetString(type.Namespace);
            return space.Length == 0 ? name : $"{space}.{name}";
        }

        public (string? Assembly, string Type) OfSpecification(TypeSpecificationHandle handle)
        {
            BlobReader blob = metadata.GetBlobReader(metadata.GetTypeSpecification(handle).Signature);
            // A generic instance: GENERICINST, CLASS or VALUETYPE, the type.
            if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
            {
                return (null, string.Empty);
            }

            blob.ReadCompressedInteger();
            EntityHandle generic = blob.ReadTypeHandle();
            return generic.Kind == HandleKind.TypeReference
                ? (HostAssembly((TypeReferenceHandle)generic), metadata.GetTypeSpecification(handle).DecodeSignature(this, null))
                : (null, string.Empty);
        }

        public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{new string(',', shape.Rank - 1)}]";

        public string GetByReferenceType(string elementType) => $"{elementType}&";

        public string GetFunctionPointerType(MethodSignature<string> signature) => "function*";

        public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) =>
            $"{genericType}<{string.Join(", ", typeArguments)}>";

        public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";

        public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) =>
            $"{unmodifiedType} {(isRequired ? "modreq" : "modopt")}({modifier})";

        public string GetPinnedType(string elementType) => elementType;

        public string GetPointerType(string elementType) => $"{elementType}*";

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

        public string GetSZArrayType(string elementType) => $"{elementType}[]";

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
            reader.GetString(reader.GetTypeDefinition(handle).Name);

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Of(handle);

        public string GetTypeFromSpecification(
            MetadataReader reader,
            object? genericContext,
            TypeSpecificationHandle handle,
            byte rawTypeKind
        ) => reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);
    }
}
